// SPDX-License-Identifier: Apache-2.0

//! Volumes of a machine.

use std::collections::HashSet;

use super::draft::{List, Volume, VolumeStatus, given};
use super::faults::Faults;
use super::list::unique;
use super::stored::once;
use crate::field::{Fault, FieldPath};
use crate::{bound, words};

/// Adds what is wrong across the volumes of the list at `at`.
pub(super) fn list(at: &FieldPath<'_>, volumes: &[Volume<'_>], faults: &mut Faults) {
    unique(
        at,
        "name",
        volumes.iter().map(|volume| given(volume.name.as_deref())),
        faults,
    );
    unique(
        at,
        "device",
        volumes.iter().map(|volume| given(volume.device.as_deref())),
        faults,
    );
}

type Volumes<'a> = List<Volume<'a>, { bound::VOLUMES }>;

/// Images of local disks stay, once set: a volume is known by its name. Of volumes that are now too many, not all are
/// read, so none is missed.
pub(super) fn images(
    at: &FieldPath<'_>,
    new: &Volumes<'_>,
    old: &Volumes<'_>,
    faults: &mut Faults,
) {
    if new.is_too_long() {
        return;
    }
    let mut all_kept = true;
    for old in old.read() {
        if let Some(image) = image(old) {
            all_kept &= stays(at, image, old.name.as_deref(), new.entries(), faults);
        }
    }
    if !all_kept {
        faults.push(Fault::forbidden(at, words::IMAGE_KEPT));
    }
}

/// A volume that is added may not have the name of one that `status` still has: the machine pool would take the one for
/// the other.
pub(super) fn names(
    at: &FieldPath<'_>,
    new: &Volumes<'_>,
    old: &Volumes<'_>,
    status: &[VolumeStatus<'_>],
    faults: &mut Faults,
) {
    let status: HashSet<_> = status
        .iter()
        .filter_map(|v| given(v.name.as_deref()))
        .collect();
    if status.is_empty() {
        return;
    }
    let before: HashSet<_> = old
        .read()
        .iter()
        .filter_map(|v| v.name.as_deref())
        .collect();
    for (index, volume) in new.entries().iter().enumerate() {
        if let Some(volume_name) = volume.name.as_deref()
            && status.contains(volume_name)
            && !before.contains(volume_name)
        {
            let entry = at.index(index);
            faults.push(Fault::duplicate_of(
                &entry.field("name"),
                volume_name,
                words::VOLUME_IN_STATUS,
            ));
        }
    }
}

/// The volume of this name has the image. Of several, which are refused for that, one has. Returns whether there is one.
fn stays(
    at: &FieldPath<'_>,
    image: &str,
    name: Option<&str>,
    new: &[Volume<'_>],
    faults: &mut Faults,
) -> bool {
    let namesakes = || {
        let all = new.iter().enumerate();
        all.filter(|(_, new)| new.name.as_deref() == name)
    };
    let Some((index, first)) = namesakes().next() else {
        return false;
    };
    if !namesakes().any(|(_, new)| self::image(new) == Some(image)) {
        let entry = at.index(index);
        let disk = entry.field("localDisk");
        let at = disk.field("image");
        once(&at, &self::image(first), &Some(image), faults);
    }
    true
}

fn image<'v>(volume: &'v Volume<'_>) -> Option<&'v str> {
    given(volume.localDisk.as_ref()?.image.as_deref())
}
