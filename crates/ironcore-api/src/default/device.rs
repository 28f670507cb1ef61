use std::collections::BTreeSet;

use crate::compute::MachineVolume;

/// The device of each volume that names none, by the volume's index and in its order: the stored one of the same volume,
/// else the first that is free. A device that another volume names is not free.
pub(super) fn missing(volumes: &[MachineVolume], stored: &[MachineVolume]) -> Vec<(usize, String)> {
    let open = || {
        volumes
            .iter()
            .enumerate()
            .filter(|(_, v)| v.device.is_none())
    };
    let mut taken: BTreeSet<&str> = volumes.iter().filter_map(|v| v.device.as_deref()).collect();
    let mut found = Vec::new();
    for (index, volume) in open() {
        let same = stored.iter().find(|stored| stored.name == volume.name);
        if let Some(device) = same.and_then(|stored| stored.device.as_deref())
            && taken.insert(device)
        {
            found.push((index, device.to_owned()));
        }
    }
    let mut free = names().filter(|name| !taken.contains(name.as_str()));
    for (index, _) in open() {
        if found.iter().all(|(done, _)| *done != index)
            && let Some(device) = free.next()
        {
            found.push((index, device));
        }
    }
    found.sort_unstable();
    found
}

/// `oda` to `odz`, then `odaa` to `odzz`.
fn names() -> impl Iterator<Item = String> {
    let one = ('a'..='z').map(|a| format!("od{a}"));
    let two = ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("od{a}{b}")));
    one.chain(two)
}
