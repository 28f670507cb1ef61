//! Volumes of a machine.

use super::draft::{Volume, given};
use super::list::unique;
use super::stored::{ONCE, keeps};
use crate::bound;
use crate::field::{Fault, FieldPath};
use crate::reference::Named;

const ONE_OF: &str = "give one of volumeRef, emptyDisk, localDisk, ephemeral";

/// Adds what is wrong across the volumes of the list at `at`.
pub(super) fn list(at: &FieldPath<'_>, volumes: &[Volume<'_>], faults: &mut Vec<Fault>) {
    unique(
        at,
        "name",
        volumes.iter().map(|volume| given(volume.name)),
        faults,
    );
    unique(
        at,
        "device",
        volumes.iter().map(|volume| given(volume.device)),
        faults,
    );
    for (index, volume) in volumes.iter().enumerate() {
        source(&at.index(index), volume, faults);
    }
}

fn source(at: &FieldPath<'_>, volume: &Volume<'_>, faults: &mut Vec<Fault>) {
    let sources = [
        ("volumeRef", volume.volumeRef.named().is_some()),
        ("emptyDisk", volume.emptyDisk.is_some()),
        ("localDisk", volume.localDisk.is_some()),
        ("ephemeral", volume.ephemeral.is_some()),
    ];
    let mut there = sources.iter().filter(|(_, is_there)| *is_there);
    if there.next().is_none() {
        faults.push(Fault::required(at, &format!("has no source: {ONE_OF}")));
    }
    for (field, _) in there {
        let detail = format!("has more than one source: {ONE_OF}");
        faults.push(Fault::forbidden(&at.field(field), detail));
    }
}

/// Images of local disks stay, once set: a volume is known by its name. Of volumes that are now too
/// many, which is refused, none is read.
pub(super) fn images(
    at: &FieldPath<'_>,
    new: &[Volume<'_>],
    old: &[Volume<'_>],
    faults: &mut Vec<Fault>,
) {
    let too_many = |volumes: &[Volume<'_>]| volumes.len() as u64 > bound::VOLUMES;
    if too_many(new) && !too_many(old) {
        return;
    }
    for old in old {
        if let Some(image) = image(old) {
            stays(at, image, old.name, new, faults);
        }
    }
}

/// The volume of this name has the image. Of several, which are refused for that, one has.
fn stays(
    at: &FieldPath<'_>,
    image: &str,
    name: Option<&str>,
    new: &[Volume<'_>],
    faults: &mut Vec<Fault>,
) {
    let namesakes = || new.iter().enumerate().filter(|(_, new)| new.name == name);
    let Some((index, first)) = namesakes().next() else {
        let name = name.unwrap_or_default();
        let detail = format!("a volume with a localDisk.image may not be removed: {name}");
        faults.push(Fault::forbidden(at, detail));
        return;
    };
    if !namesakes().any(|(_, new)| self::image(new) == Some(image)) {
        let entry = at.index(index);
        let disk = entry.field("localDisk");
        let new = self::image(first);
        keeps(&disk.field("image"), ONCE, new, Some(image), faults);
    }
}

fn image<'a>(volume: &Volume<'a>) -> Option<&'a str> {
    given(volume.localDisk.as_ref()?.image)
}
