"""What a hook starts; installing fills in the literals. Parsed at every start, never compiled ahead: keep it tiny."""

import sys

try:
    sys.path.insert(0, "@VENVHOOK_PACKAGE@")
    import venvhook  # noqa: F401

    del sys.path[0]  # the package is found now; nothing beside it may hide a module of the standard library
    places = "@VENVHOOK_DATA@", "@VENVHOOK_CACHE@", "@VENVHOOK_CONFIG@", "@VENVHOOK_HOME@"
    if sys.argv[1] == "hook":
        import os

        from venvhook import helper

        os._exit(helper.main(sys.argv[2:], *places))  # all is written; tidying up would take as long as the imports
    from venvhook import cli, folders

    sys.exit(cli.main(sys.argv[2:], folders.Folders(*places)))
except KeyboardInterrupt:
    sys.exit(130)
