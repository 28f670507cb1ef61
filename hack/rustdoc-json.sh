#!/bin/sh
# SPDX-License-Identifier: Apache-2.0

# rustdoc, with the output as JSON that stable compilers have as well, and hide. Only rustdoc is told so: build scripts look at the
# variable, and all dependencies would be built again.
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"
