"""`python -m console`: what `./chitra` becomes once it is set up."""

from console.main import main

raise SystemExit(main())
