// SPDX-License-Identifier: Apache-2.0

//! The fields of an interface that others write as well: pod routes in `prefixes`, a floating `virtualIP`. As `kubectl apply`
//! does it, an annotation remembers what the template said of them last, so that what it says no longer is told from what
//! others added (contract, Others add to what we make).

use std::collections::HashMap;

use ironcore_api::networking::{NetworkInterfaceSpec, PrefixSource, VirtualIPSource};
use ironcore_api::ownership::LAST_APPLIED;
use ironcore_api::reference::Named;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::children::{Difference, Field, value};
use crate::plan::merge::merge_patch;
use crate::plan::same::{prefix_key, same_list, same_prefix, same_virtual_ip};
use crate::seeded::{self, Fault};
use crate::world::Interface;

/// What a template says of the fields that others write as well.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Applied {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prefixes: Vec<PrefixSource>,
    #[serde(rename = "virtualIP", skip_serializing_if = "Option::is_none")]
    virtual_ip: Option<VirtualIPSource>,
}

impl Applied {
    /// What the annotation of `child` remembers; `None` where there is none that can be read.
    fn last(child: &Interface) -> Option<Self> {
        serde_json::from_str(child.annotations.get(LAST_APPLIED)?).ok()
    }

    /// Whether both say the same: of prefixes the order means nothing.
    fn is_as(&self, want: &NetworkInterfaceSpec) -> bool {
        self.prefixes.len() == want.prefixes.len()
            && without(&want.prefixes, &self.prefixes).is_empty()
            && same_virtual_ip(self.virtual_ip.as_ref(), named(want.virtual_ip.as_ref()))
    }
}

/// A source that names something: what it does not name is others'.
fn named(source: Option<&VirtualIPSource>) -> Option<&VirtualIPSource> {
    source.filter(|source| source.virtual_ip_ref.named().is_some() || source.ephemeral.is_some())
}

/// What the annotation of an interface made from this spec says: none where the spec names nothing that others write as well.
pub(super) fn annotation(spec: &NetworkInterfaceSpec) -> Option<String> {
    let applied = Applied {
        prefixes: spec.prefixes.clone(),
        virtual_ip: named(spec.virtual_ip.as_ref()).cloned(),
    };
    let any = !applied.prefixes.is_empty() || applied.virtual_ip.is_some();
    any.then(|| value(&applied).to_string())
}

/// Whether the template named something last that it names no longer: to take that away, the machine has to be known as it is.
pub(super) fn drops(want: &NetworkInterfaceSpec, child: &Interface) -> bool {
    let remembered = child.annotations.get(LAST_APPLIED);
    if remembered.is_none() || remembered == annotation(want).as_deref() {
        return false;
    }
    Applied::last(child).is_some_and(|last| {
        let virtual_ip = last.virtual_ip.as_ref();
        !without(&last.prefixes, &want.prefixes).is_empty()
            || virtual_ip.is_some() && !same_virtual_ip(virtual_ip, named(want.virtual_ip.as_ref()))
    })
}

/// How `child` differs from `want` in `prefixes`, `virtualIP` and the annotation that remembers them.
pub(super) fn difference(want: &NetworkInterfaceSpec, child: &Interface) -> Difference {
    let mut difference = Difference::new();
    let have = &child.spec.unpack();
    let remembered = child.annotations.get(LAST_APPLIED);
    let annotation = annotation(want);
    let virtual_ip = named(want.virtual_ip.as_ref());
    if annotation.as_deref() == remembered
        && have.prefixes.starts_with(&want.prefixes)
        && (virtual_ip.is_none() || virtual_ip == have.virtual_ip.as_ref())
    {
        // All else is others'. Most interfaces are like this, so nothing is decoded for them.
        return difference;
    }
    let last = Applied::last(child);
    let is_remembered = last.as_ref().is_some_and(|last| last.is_as(want));
    let last = last.unwrap_or_default();
    let prefixes = merged(&want.prefixes, &last.prefixes, &have.prefixes);
    if !same_list(&prefixes, &have.prefixes, same_prefix) {
        difference.insert(Field::Spec("prefixes"), value(&prefixes));
    }
    let last = last.virtual_ip.as_ref();
    if let Some(patch) = virtual_ip_patch(virtual_ip, last, have.virtual_ip.as_ref()) {
        difference.insert(Field::Spec("virtualIP"), patch);
    }
    let differs = match &annotation {
        Some(_) => !is_remembered,
        None => remembered.is_some(),
    };
    if differs {
        let text = annotation.map_or(Value::Null, Value::from);
        difference.insert(Field::Annotation(LAST_APPLIED.to_owned()), text);
    }
    difference
}

/// The prefixes that an interface should have: the template's in its order, then what others added in theirs. What the
/// template named last and names no longer is not among them. Entries are told apart as a multiset: who adds one twice has it
/// twice.
fn merged(
    want: &[PrefixSource],
    last: &[PrefixSource],
    have: &[PrefixSource],
) -> Vec<PrefixSource> {
    let dropped = without(last, want);
    let beyond = without(have, want);
    let others = without(&beyond, &dropped);
    if seeded::has(Fault::OthersAdditionsLost) {
        return want.to_vec();
    }
    want.iter().cloned().chain(others).collect()
}

/// The entries of `of` without one for each of `these`: of several that are the same the first ones go.
fn without(of: &[PrefixSource], these: &[PrefixSource]) -> Vec<PrefixSource> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for entry in these {
        *counts.entry(prefix_key(entry)).or_default() += 1;
    }
    let stays = |entry: &&PrefixSource| match counts.get_mut(&prefix_key(entry)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    of.iter().filter(stays).cloned().collect()
}

/// The merge patch that brings `virtualIP` to what the template says, if anything is to change: one that it does not name, and
/// did not name last, is others'.
fn virtual_ip_patch(
    want: Option<&VirtualIPSource>,
    last: Option<&VirtualIPSource>,
    have: Option<&VirtualIPSource>,
) -> Option<Value> {
    if same_virtual_ip(want, have) {
        return None;
    }
    match (want, have) {
        (Some(want), Some(have)) => Some(merge_patch(&value(want), &value(have))),
        (Some(want), None) => Some(value(want)),
        (None, have) => (last.is_some() && same_virtual_ip(last, have)).then_some(Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prefixes(texts: &[&str]) -> Vec<PrefixSource> {
        let prefix = |text: &&str| PrefixSource {
            value: Some((*text).to_owned()),
            ..PrefixSource::default()
        };
        texts.iter().map(prefix).collect()
    }

    fn texts(prefixes: &[PrefixSource]) -> Vec<&str> {
        let values = prefixes.iter();
        values.filter_map(|p| p.value.as_deref()).collect()
    }

    #[test]
    fn what_the_template_dropped_goes_and_what_others_added_stays() {
        const A: &str = "10.0.0.0/24";
        const B: &str = "10.0.1.0/24";
        const ROUTE: &str = "fd00::/64";
        const RESPELLED: &str = "FD00:0::/64";
        type Texts = [&'static [&'static str]; 4];
        let cases: [Texts; 12] = [
            // template, last, stored, expected
            [&[], &[], &[ROUTE], &[ROUTE]],
            [&[A], &[], &[], &[A]],
            [&[A], &[A], &[A, ROUTE], &[A, ROUTE]],
            [&[A], &[A], &[ROUTE, A], &[A, ROUTE]],
            [&[A], &[A], &[ROUTE], &[A, ROUTE]],
            [&[A], &[A, B], &[A, B, ROUTE], &[A, ROUTE]],
            [&[], &[A, B], &[A, ROUTE, B], &[ROUTE]],
            [&[A, B], &[A], &[A, ROUTE], &[A, B, ROUTE]],
            // What others added twice, they have twice; of the template's own one goes.
            [&[A], &[A], &[A, A], &[A, A]],
            [&[], &[A], &[A, A], &[A]],
            // Spelled another way it is the same.
            [&[], &[ROUTE], &[RESPELLED, A], &[A]],
            [&[ROUTE], &[ROUTE], &[RESPELLED], &[ROUTE]],
        ];
        for [want, last, have, expected] in cases {
            let merged = merged(&prefixes(want), &prefixes(last), &prefixes(have));
            assert_eq!(texts(&merged), expected, "{want:?} {last:?} {have:?}");
        }
    }

    fn some_prefixes() -> impl Strategy<Value = Vec<PrefixSource>> {
        let one = prop::sample::select(vec!["10.0.0.0/24", "10.0.1.0/24", "fd00::/64"]);
        prop::collection::vec(one, 0..5).prop_map(|texts| prefixes(&texts))
    }

    proptest! {
        #[test]
        fn merging_again_changes_nothing_and_loses_nothing_of_others(
            want in some_prefixes(),
            last in some_prefixes(),
            have in some_prefixes(),
        ) {
            let once = merged(&want, &last, &have);
            let again = merged(&want, &want, &once);
            prop_assert!(same_list(&once, &again, same_prefix));
            // Nothing comes but the template's, and nothing goes but what the template named last.
            prop_assert!(without(&without(&once, &want), &have).is_empty());
            prop_assert!(without(&without(&have, &once), &last).is_empty());
        }
    }
}
