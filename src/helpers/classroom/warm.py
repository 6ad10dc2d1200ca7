"""What a process imports once, before workers are forked from it."""

import importlib

from helpers.classroom.workers import skip_slow_imports

skip_slow_imports()
importlib.import_module("helpers.classroom.engine")
