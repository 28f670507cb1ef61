// SPDX-License-Identifier: Apache-2.0

//! Prefix, and the templates of prefixes.

use super::draft::{Later, Prefix, PrefixSpec, given};
use super::faults::Faults;
use super::judge::Rules;
use super::referred::References;
use super::{fill, selector, text};
use crate::address;
use crate::address::IpFamily;
use crate::default::Filling;
use crate::field::{Fault, FieldPath};
use crate::reference::{Named, Referent};
use crate::words;

/// Where a prefix's spec is.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In a Prefix, or in a template of an interface's `prefixes`.
    Block,
    /// In the template of the entry of an interface's `ips` at this index: for one address, of the
    /// family at that index, where one is given.
    Address(usize, Option<IpFamily>),
}

impl Rules for Prefix<'_> {
    fn fill(&mut self, _old: Option<&str>) -> Vec<Filling> {
        let filled = self.spec.as_mut().and_then(fill::prefix);
        filled.into_iter().collect()
    }

    fn across(&self, faults: &mut Faults) {
        if let Some(own) = &self.spec {
            spec(&FieldPath::root("spec"), own, Place::Block, faults);
        }
    }

    fn references(&self, found: &mut References) {
        if let Some(own) = &self.spec {
            references(&FieldPath::root("spec"), own, found);
        }
    }
}

/// Adds the parent that the spec at `at` names.
pub(super) fn references(at: &FieldPath<'_>, spec: &PrefixSpec<'_>, found: &mut References) {
    found.add(&at.field("parentRef"), Referent::Prefix, &spec.parentRef);
}

/// Adds what is wrong across the fields of the spec at `at`.
pub(super) fn spec(at: &FieldPath<'_>, spec: &PrefixSpec<'_>, place: Place, faults: &mut Faults) {
    let judged = Judged {
        at,
        spec,
        family: text::as_family(spec.ipFamily.as_deref()),
        prefix: text::as_any_prefix(spec.prefix.as_deref()),
        length: spec.prefixLength.filter(|length| *length > 0),
    };
    if judged.is_root() {
        judged.root(faults);
    }
    if let Some(parents) = spec.parentSelector.as_ref().and_then(Later::get) {
        selector::judge(&at.field("parentSelector"), &parents, faults);
    }
    judged.agreement(faults);
    match place {
        Place::Block if judged.is_root() => {}
        Place::Block => judged.child(faults),
        Place::Address(index, family) => {
            judged.one_address(faults);
            if let Some(family) = family {
                judged.at_index(index, family, faults);
            }
        }
    }
}

/// A spec, and what its texts say. A text that says nothing is a fault of its own.
struct Judged<'a> {
    at: &'a FieldPath<'a>,
    spec: &'a PrefixSpec<'a>,
    family: Option<IpFamily>,
    prefix: Option<address::Prefix>,
    length: Option<i64>,
}

impl Judged<'_> {
    fn is_root(&self) -> bool {
        self.spec.parentRef.named().is_none() && self.spec.parentSelector.is_none()
    }

    /// A root is its prefix.
    fn root(&self, faults: &mut Faults) {
        if self.spec.prefix.is_none() {
            faults.push(Fault::required(
                &self.at.field("prefix"),
                words::ROOT_PREFIX,
            ));
        }
        if self.length.is_some() {
            let at = self.at.field("prefixLength");
            faults.push(Fault::forbidden(&at, words::ROOT_LENGTH));
        }
    }

    /// Family, prefix and length go together.
    fn agreement(&self, faults: &mut Faults) {
        if let (Some(family), Some(prefix)) = (self.family, self.prefix)
            && prefix.family() != family
        {
            self.wrong_prefix(words::PREFIX_FAMILY, faults);
        }
        let most = self.family.map_or(128, IpFamily::bits);
        if let Some(length) = self.length
            && length > i64::from(most)
        {
            self.wrong_length(length, words::LENGTH_RANGE, faults);
        }
    }

    /// A child asks for a prefix or for a length, and its family is known.
    fn child(&self, faults: &mut Faults) {
        let has_prefix = self.spec.prefix.is_some();
        if given(self.spec.ipFamily.as_deref()).is_none() && !has_prefix {
            let at = self.at.field("ipFamily");
            faults.push(Fault::required(&at, words::WITHOUT_PREFIX));
        }
        if !has_prefix && self.spec.prefixLength.unwrap_or(0) == 0 {
            let at = self.at.field("prefixLength");
            faults.push(Fault::required(&at, words::WITHOUT_PREFIX));
        }
        if let Some(length) = self.length
            && self.disagrees(length)
        {
            self.wrong_length(length, words::LENGTH_OF_PREFIX, faults);
        }
    }

    fn disagrees(&self, length: i64) -> bool {
        self.prefix
            .is_some_and(|prefix| i64::from(prefix.length()) != length)
    }

    /// For a single address.
    fn one_address(&self, faults: &mut Faults) {
        if self
            .prefix
            .is_some_and(|prefix| !prefix.is_single_address())
        {
            self.wrong_prefix(words::ONE_ADDRESS, faults);
        }
        if let Some(length) = self.length {
            let fits = length == 128 || length == 32 && self.family != Some(IpFamily::IPv6);
            if !fits || self.disagrees(length) {
                self.wrong_length(length, words::ONE_ADDRESS_LENGTH, faults);
            }
        }
    }

    /// Of the family that `ipFamilies` has at `index`. Where it says its own family, that alone is compared: the rest is
    /// compared with that.
    fn at_index(&self, index: usize, wanted: IpFamily, faults: &mut Faults) {
        if let (Some(own), Some(word)) = (self.family, self.spec.ipFamily.as_deref())
            && own != wanted
        {
            let detail = words::at_index(wanted.as_str(), index);
            faults.push(Fault::invalid(&self.at.field("ipFamily"), word, detail));
        }
        if self.family.is_some() {
            return;
        }
        if self.prefix.is_some_and(|prefix| prefix.family() != wanted) {
            let detail = words::at_index(&format!("of family {wanted}"), index);
            self.wrong_prefix(&detail, faults);
        }
        if let Some(length @ (32 | 128)) = self.length
            && given(self.spec.prefix.as_deref()).is_none()
            && length != i64::from(wanted.bits())
        {
            let detail = words::at_index(&wanted.bits().to_string(), index);
            self.wrong_length(length, &detail, faults);
        }
    }

    fn wrong_prefix(&self, detail: &str, faults: &mut Faults) {
        let text = self.spec.prefix.as_deref().unwrap_or_default();
        faults.push(Fault::invalid(&self.at.field("prefix"), text, detail));
    }

    fn wrong_length(&self, length: i64, detail: &str, faults: &mut Faults) {
        let at = self.at.field("prefixLength");
        faults.push(Fault::invalid_number(&at, length, detail));
    }
}
