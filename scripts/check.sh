#!/bin/sh
# The checks of the sources without the tests: compiler, formatter, linter, generated files, lock files. See scripts/test.sh.
exec "$(dirname -- "$0")/test.sh" --checks
