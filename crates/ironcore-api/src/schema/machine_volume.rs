// SPDX-License-Identifier: Apache-2.0

//! Volumes of a machine.

use serde_json::json;

use super::common::{forbidden, set_once};
use super::node::Node;
use super::rule::Rule;
use super::{bound, common, text};
use crate::words;

/// The volumes of the spec `node`.
pub(super) fn list(node: &mut Node<'_>) {
    node.rule(image_stays());
    node.at("volumes")
        .at_most(bound::VOLUMES)
        .list_map("name")
        .rule(one_device_each());
    volume(node.at("volumes[]"));
}

fn volume(mut node: Node<'_>) {
    common::one_source(
        &mut node,
        &[
            common::reference_source("volumeRef"),
            common::source("emptyDisk"),
            common::source("localDisk"),
            common::source("ephemeral"),
        ],
    );
    node.rules(image_once());
    node.at("name").at_most(bound::NAME).rules(text::name());
    node.at("device").at_most(bound::WORD).rule(text::device());
    common::reference(node.at("volumeRef"));
    text::size(node.at("emptyDisk"));
    text::size(node.at("localDisk"));
    node.at("localDisk.image").at_most(bound::IMAGE);
    common::template(node.at("ephemeral"), "volumeTemplate");
    let mut template = node.at("ephemeral.volumeTemplate");
    common::template_metadata(&mut template.at("metadata"));
    template
        .at("spec")
        .set("type", json!("object"))
        .set("x-kubernetes-preserve-unknown-fields", json!(true));
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
