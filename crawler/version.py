"""The version of this installation, as its package says."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("pilkada")
except PackageNotFoundError:  # a checkout that was not installed
    VERSION = "0+checkout"
