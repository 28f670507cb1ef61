// SPDX-License-Identifier: Apache-2.0

//! Interface → ephemeral Prefixes, of `ips` and of `prefixes` (contract, Ephemeral VirtualIP and Prefixes).

use ironcore_api::ipam::{PrefixSpec, PrefixTemplate};
use ironcore_api::names;
use ironcore_api::ownership::EPHEMERAL_MANAGED_BY;
use serde_json::Value;

use super::{template_pairs, text_hash};
use crate::plan::children::{Difference, Field, Owns, Words, body, different_metadata, value};
use crate::plan::same::prefix_spec;
use crate::plan::{Options, Reason};
use crate::world::{Interface, Kind, Meta, Namespace, Prefix, Str};

const MARKS: &[&str] = &[EPHEMERAL_MANAGED_BY];

impl Owns<Prefix> for Interface {
    type Template = PrefixTemplate;

    const WORDS: Words = Words {
        noun: "Prefix",
        taken: false,
        stays: "it is not replaced",
        repaired: None,
        replaced: Some(Reason::ChildReplaced),
        deleted: None,
        kept: None,
    };

    const MARKS: &'static [&'static str] = MARKS;

    fn desired(&self) -> impl Iterator<Item = (Str, &PrefixTemplate)> {
        let own = &self.meta.name;
        let ips = self.spec.rest().ips.iter().enumerate();
        let ips = ips.filter_map(move |(at, ip)| {
            let template = ip.ephemeral.as_ref()?.prefix_template.as_ref()?;
            Some((names::ip_prefix(own, at).into(), template))
        });
        let prefixes = self.spec.rest().prefixes.iter().enumerate();
        let prefixes = prefixes.filter_map(move |(at, prefix)| {
            let template = prefix.ephemeral.as_ref()?.prefix_template.as_ref()?;
            Some((names::prefix(own, at).into(), template))
        });
        ips.chain(prefixes)
    }

    fn owned<'a>(&self, namespace: &'a Namespace) -> impl Iterator<Item = &'a Prefix> {
        namespace.prefixes_of(&self.meta)
    }

    /// `a-pf` and the first of its `ips`, `a` and the first of its `prefixes`: both want `a-pf-0`. The oldest has it.
    fn rival<'a>(&self, name: &str, namespace: &'a Namespace) -> Option<&'a Meta> {
        let oldest = namespace.prefix_maker(name);
        oldest.filter(|oldest| oldest.uid != self.meta.uid)
    }

    fn body(&self, name: &str, template: &PrefixTemplate) -> Value {
        let spec = template
            .spec
            .as_ref()
            .map(ironcore_api::default::prefix_spec);
        body(
            self,
            (Kind::Prefix, name),
            template_pairs(template.metadata.as_ref()),
            MARKS,
            None,
            &value(&spec),
        )
    }

    fn difference(&self, template: &PrefixTemplate, child: &Prefix) -> Difference {
        let mut difference = spec_difference(template.spec.as_ref(), &child.spec);
        difference.extend(different_metadata(
            template_pairs(template.metadata.as_ref()),
            (&child.labels, &child.annotations),
            MARKS,
        ));
        difference
    }

    fn attempt(&self, template: &PrefixTemplate) -> u64 {
        text_hash(&value(template))
    }

    fn refers_to(&self, _: &str) -> bool {
        false
    }

    fn is_shared(_: &Field) -> bool {
        false
    }

    fn may_replace(_: &PrefixTemplate, _: &Prefix, _: Options) -> bool {
        true
    }
}

/// How a prefix differs in what its template names: what allocation filled in is no difference. None of it can be changed.
fn spec_difference(want: Option<&PrefixSpec>, have: &PrefixSpec) -> Difference {
    let PrefixSpec {
        ip_family,
        prefix,
        prefix_length,
        parent_ref,
        parent_selector,
    } = want.map(prefix_spec).unwrap_or_default();
    let have = prefix_spec(have);
    let fields = [
        (
            "ipFamily",
            differs(ip_family.as_ref(), have.ip_family.as_ref()),
        ),
        ("prefix", differs(prefix.as_ref(), have.prefix.as_ref())),
        (
            "prefixLength",
            differs(prefix_length.as_ref(), have.prefix_length.as_ref()),
        ),
        (
            "parentRef",
            differs(parent_ref.as_ref(), have.parent_ref.as_ref()),
        ),
        (
            "parentSelector",
            differs(parent_selector.as_ref(), have.parent_selector.as_ref()),
        ),
    ];
    let different = fields.into_iter().filter(|(_, differs)| *differs);
    different
        .map(|(name, _)| (Field::Fixed(name), Value::Null))
        .collect()
}

fn differs<T: PartialEq>(want: Option<&T>, have: Option<&T>) -> bool {
    want.is_some() && want != have
}
