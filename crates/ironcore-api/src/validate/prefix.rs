//! Prefix, and the templates of prefixes.

use super::draft::{Later, Part, Prefix, PrefixSpec, given};
use super::faults::Faults;
use super::judge::Rules;
use super::referred::References;
use super::{fill, prefix_frozen, selector, text};
use crate::address;
use crate::address::IpFamily;
use crate::default::Filling;
use crate::field::{Fault, FieldPath};
use crate::reference::{Named, Referent};

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
    fn spec(&self) -> &dyn Part {
        &self.spec
    }

    fn fill(&mut self, _old: Option<&str>) -> Vec<Filling> {
        let filled = self.spec.as_mut().and_then(fill::prefix);
        filled.into_iter().collect()
    }

    fn across(&self, faults: &mut Faults) {
        if let Some(own) = &self.spec {
            spec(&FieldPath::root("spec"), own, Place::Block, faults);
        }
    }

    fn frozen(&self, old: &Self, faults: &mut Faults) {
        if let (Some(new), Some(old)) = (&self.spec, &old.spec) {
            prefix_frozen::spec(&FieldPath::root("spec"), new, old, faults);
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
        prefix: text::as_prefix(spec.prefix.as_deref()),
        length: spec.prefixLength.filter(|length| *length > 0),
    };
    if judged.is_root() {
        judged.root(faults);
    }
    if let Some(parents) = spec.parentSelector.as_ref().and_then(Later::get) {
        selector::judge(&at.field("parentSelector"), &parents, faults);
    }
    match place {
        Place::Block => judged.block(faults),
        Place::Address(index, family) => judged.address(index, family, faults),
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
        const ROOT: &str = "a root prefix (no parentRef, no parentSelector)";
        if self.spec.prefix.is_none() {
            let detail = format!("{ROOT} needs a prefix");
            faults.push(Fault::required(&self.at.field("prefix"), &detail));
        }
        if self.length.is_some() {
            let detail = format!("{ROOT} has the length of its prefix");
            faults.push(Fault::forbidden(&self.at.field("prefixLength"), detail));
        }
    }

    fn block(&self, faults: &mut Faults) {
        let named = given(self.spec.ipFamily.as_deref()).is_some() || self.spec.prefix.is_some();
        if !named && !self.is_root() {
            let detail = "IPv4 or IPv6 is needed when there is no prefix to infer it from";
            faults.push(Fault::required(&self.at.field("ipFamily"), detail));
        }
        if let Some(family) = self.family {
            self.prefix_of(family, "", faults);
        }
        self.block_length(faults);
    }

    fn block_length(&self, faults: &mut Faults) {
        let at = self.at.field("prefixLength");
        let most = self.family.map_or(128, IpFamily::bits);
        match (self.length, self.spec.prefix.as_deref()) {
            (Some(length), _) if length > i64::from(most) => {
                let detail = "is more than the family allows: at most 32 for IPv4, 128 for IPv6";
                faults.push(Fault::invalid_number(&at, length, detail));
            }
            (Some(length), Some(text)) if !self.is_root() && self.disagrees(length) => {
                let detail = format!("does not agree with prefix {text}");
                faults.push(Fault::invalid_number(&at, length, detail));
            }
            (None, None) if !self.is_root() && self.spec.prefixLength.unwrap_or(0) == 0 => {
                let detail = "a prefix with a parent needs a prefix or a prefixLength";
                faults.push(Fault::required(&at, detail));
            }
            _ => {}
        }
    }

    fn disagrees(&self, length: i64) -> bool {
        self.prefix
            .is_some_and(|prefix| i64::from(prefix.length()) != length)
    }

    /// For a single address, of the family that `ipFamilies` has at `index`, where it has one.
    fn address(&self, index: usize, wanted: Option<IpFamily>, faults: &mut Faults) {
        let origin = format_args!(" (ipFamilies[{index}])");
        if let (Some(wanted), Some(own), Some(word)) =
            (wanted, self.family, self.spec.ipFamily.as_deref())
            && wanted != own
        {
            let detail = format!("is not {wanted}{origin}");
            faults.push(Fault::invalid(&self.at.field("ipFamily"), word, detail));
        }
        match (wanted, self.family) {
            (Some(wanted), _) => self.prefix_of(wanted, &origin.to_string(), faults),
            (None, Some(own)) => self.prefix_of(own, "", faults),
            (None, None) => {}
        }
        self.single(faults);
        self.single_length(index, wanted, faults);
    }

    fn single(&self, faults: &mut Faults) {
        if let (Some(prefix), Some(text)) = (self.prefix, self.spec.prefix.as_deref())
            && !prefix.is_single_address()
        {
            let detail = "has more than one address: /32 for IPv4, /128 for IPv6";
            faults.push(Fault::invalid(&self.at.field("prefix"), text, detail));
        }
    }

    fn single_length(&self, index: usize, wanted: Option<IpFamily>, faults: &mut Faults) {
        let Some(length) = self.length else {
            return;
        };
        let known = wanted.or(self.family);
        let known = known.or(self.prefix.map(address::Prefix::family));
        let fits = |family: IpFamily| i64::from(family.bits()) == length;
        if known.map_or(length == 32 || length == 128, fits) {
            return;
        }
        let detail = match wanted {
            Some(family) => {
                format!("is not that of a single address of family {family} (ipFamilies[{index}])")
            }
            None => "must be that of a single address: 32 for IPv4, 128 for IPv6".to_owned(),
        };
        faults.push(Fault::invalid_number(
            &self.at.field("prefixLength"),
            length,
            detail,
        ));
    }

    fn prefix_of(&self, family: IpFamily, origin: &str, faults: &mut Faults) {
        if let (Some(prefix), Some(text)) = (self.prefix, self.spec.prefix.as_deref())
            && prefix.family() != family
        {
            let detail = format!("is not of family {family}{origin}");
            faults.push(Fault::invalid(&self.at.field("prefix"), text, detail));
        }
    }
}
