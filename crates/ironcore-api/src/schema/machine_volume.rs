// SPDX-License-Identifier: Apache-2.0

//! Volumes of a machine.

use super::common;
use super::common::{forbidden, set_once};
use super::node::Node;
use super::rule::Rule;
use crate::words;

/// The volumes of the spec `node`.
pub(super) fn list(node: &mut Node<'_>) {
    node.rule(image_stays());
    node.at("volumes").rule(one_device_each());
    node.at("volumes[]").rules(image_once());
}

fn image_once() -> [Rule; 2] {
    set_once(
        ".localDisk.image",
        "oldSelf.?localDisk.?image.orValue('') != ''",
        "self.?localDisk.?image.orValue('') != ''",
        "self.localDisk.image == oldSelf.localDisk.image",
    )
}

/// A volume that goes takes its image along.
fn image_stays() -> Rule {
    forbidden(
        "!has(oldSelf.volumes) || oldSelf.volumes.all(o, !has(o.localDisk) || !has(o.localDisk.image) \
         || o.localDisk.image == '' || has(self.volumes) && self.volumes.exists(n, n.name == o.name))",
        ".volumes",
        words::IMAGE_KEPT,
    )
}

fn one_device_each() -> Rule {
    common::unique(
        "self.map(v, has(v.device) && v.device != '', v.device)",
        "[*].device",
    )
}
