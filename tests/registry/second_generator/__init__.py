"""A second maker of commune lists with known truth, apart from the demo's: other mess, other words, other faults.

It shares no code with `services`, `shared` or `console`; only the project's data files are read. `python -m
tests.registry.second_generator --seeds 50` prints how well the registry reads what it makes.
"""
