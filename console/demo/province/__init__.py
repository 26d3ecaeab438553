"""The demo's province: the people of Thừa Thiên Huế in October 2021 and the 141 lists that its communes send in.

`people.make_province` makes the people, `lists.write_lists` the files, as messy as such files are, each with a
`.truth.json` beside it that says what a careful officer reads in every row. Nothing here is shared with the importer of
the registry: the two meet only in the files, so that the one can test the other.
"""
