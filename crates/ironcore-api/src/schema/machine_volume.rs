//! Volumes of a machine.

use serde_json::json;

use super::common::{forbidden, named, unique};
use super::node::Node;
use super::rule::Rule;
use super::{bound, common, text};

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
    node.rule(one_source()).rule(image_once());
    node.at("name").at_most(bound::NAME).rule(text::subdomain());
    node.at("device").at_most(bound::WORD).rule(text::refusing(
        "self.matches('^[a-z]d[a-z][a-z]?$')",
        "is no device name: for example oda, odb, odaa",
    ));
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

fn one_source() -> Rule {
    let sources = format!(
        "[{}, has(self.emptyDisk), has(self.localDisk), has(self.ephemeral)]",
        named("self.volumeRef"),
    );
    let one_of = "give one of volumeRef, emptyDisk, localDisk, ephemeral";
    Rule::new(format!("{sources}.filter(x, x).size() == 1"), one_of).showing(format!(
        "{sources}.exists(x, x) ? 'has more than one source: {one_of}' : 'has no source: {one_of}'"
    ))
}

fn image_once() -> Rule {
    forbidden(
        "oldSelf.?localDisk.?image.orValue('') == '' || self.?localDisk.?image.orValue('') == oldSelf.localDisk.image",
        ".localDisk.image",
        "may not be changed once set",
    )
    .showing("'may not be changed once set: it was ' + oldSelf.localDisk.image")
}

/// A volume that goes takes its image along.
fn image_stays() -> Rule {
    forbidden(
        "!has(oldSelf.volumes) || oldSelf.volumes.all(o, !has(o.localDisk) || !has(o.localDisk.image) \
         || o.localDisk.image == '' || has(self.volumes) && self.volumes.exists(n, n.name == o.name))",
        ".volumes",
        "a volume with a localDisk.image may not be removed",
    )
}

fn one_device_each() -> Rule {
    Rule::new(
        unique("self.map(v, has(v.device) && v.device != '', v.device)"),
        "two volumes have one device",
    )
}
