"""venvhook: a project's Python environment, active when you are in its folder."""

__version__ = "0.1.0"
