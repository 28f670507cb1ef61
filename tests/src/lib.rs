// SPDX-License-Identifier: Apache-2.0

//! Cluster tests live in `tests/`.
