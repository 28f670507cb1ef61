// SPDX-License-Identifier: Apache-2.0

//! Interface → its ephemeral VirtualIP (contract, Ephemeral VirtualIP and Prefixes).

use ironcore_api::networking::{
    EphemeralVirtualIPSpec, ReclaimPolicy, VirtualIPSpec, VirtualIPTemplate,
};
use ironcore_api::ownership::EPHEMERAL_MANAGED_BY;
use ironcore_api::reference::UidRef;
use serde_json::Value;

use super::{template_pairs, text_hash};
use crate::plan::children::{
    Difference, Field, Owns, Words, body, different_metadata, reference, value,
};
use crate::plan::{Options, Reason};
use crate::world::{Interface, Kind, Meta, Namespace, Slot, Str, VirtualIp};

const MARKS: &[&str] = &[EPHEMERAL_MANAGED_BY];

impl Owns<VirtualIp> for Interface {
    type Template = VirtualIPTemplate;

    const WORDS: Words = Words {
        noun: "VirtualIP",
        taken: false,
        stays: "it is retained: to get another one, delete it",
        repaired: None,
        replaced: Some(Reason::ChildReplaced),
        deleted: None,
        kept: None,
    };

    const MARKS: &'static [&'static str] = MARKS;

    fn desired(&self) -> impl Iterator<Item = (Str, &VirtualIPTemplate)> {
        let source = self.spec.rest().virtual_ip.as_ref();
        let ephemeral = source.and_then(|source| source.ephemeral.as_ref());
        let template = ephemeral.and_then(|ephemeral| ephemeral.virtual_ip_template.as_ref());
        template
            .map(|template| (self.meta.name.clone(), template))
            .into_iter()
    }

    /// One that is retained has no owner: its target says whose it is.
    fn is_ours(&self, slot: &Slot<VirtualIp>) -> bool {
        let is_target = |virtual_ip: &VirtualIp| {
            let target = virtual_ip.target.as_ref();
            target.is_some_and(|target| *target.uid == *self.meta.uid)
        };
        let retained = slot.meta().is_retained() && slot.good().is_some_and(is_target);
        slot.meta().is_managed_by(&self.meta.uid) || retained
    }

    /// One that is retained is claimed.
    fn is_awaited(&self, slot: &Slot<VirtualIp>) -> bool {
        self.is_own_virtual_ip(slot.meta())
    }

    fn owned<'a>(&self, namespace: &'a Namespace) -> impl Iterator<Item = &'a VirtualIp> {
        namespace.virtual_ips_of(&self.meta)
    }

    fn rival<'a>(&self, _: &str, _: &'a Namespace) -> Option<&'a Meta> {
        None
    }

    fn body(&self, name: &str, template: &VirtualIPTemplate) -> Value {
        let mut spec = template.spec.clone().map(|spec| spec.virtual_ip);
        if let Some(spec) = &mut spec {
            spec.target_ref = Some(target(self));
        }
        let mut body = body(
            self,
            (Kind::VirtualIp, name),
            template_pairs(template.metadata.as_ref()),
            MARKS,
            None,
            &value(&spec),
        );
        if is_retained(template)
            && let Some(metadata) = body["metadata"].as_object_mut()
        {
            metadata.remove("ownerReferences");
        }
        body
    }

    fn difference(&self, template: &VirtualIPTemplate, child: &VirtualIp) -> Difference {
        let mut difference = spec_difference(self, template.spec.as_ref(), child);
        difference.extend(different_metadata(
            template_pairs(template.metadata.as_ref()),
            (&child.labels, &child.annotations),
            MARKS,
        ));
        let retained = is_retained(template);
        if retained == child.meta.is_owned_by(&self.meta.uid) {
            let others = child.meta.other_owners.iter().flatten().cloned();
            let own = (!retained).then(|| reference(self));
            let owners: Vec<_> = others.chain(own).collect();
            difference.insert(Field::Owner, value(&owners));
        }
        difference
    }

    fn attempt(&self, template: &VirtualIPTemplate) -> u64 {
        text_hash(&value(template))
    }

    fn refers_to(&self, name: &str) -> bool {
        self.virtual_ip_ref() == Some(name)
    }

    fn is_shared(field: &Field) -> bool {
        *field == Field::Spec("targetRef")
    }

    /// One that is retained, or is to be, is never deleted.
    fn may_replace(template: &VirtualIPTemplate, child: &VirtualIp, _: Options) -> bool {
        !child.meta.is_retained() && !is_retained(template)
    }
}

fn target(interface: &Interface) -> UidRef {
    UidRef::new(&*interface.meta.name, &*interface.meta.uid)
}

fn is_retained(template: &VirtualIPTemplate) -> bool {
    let policy = template.spec.as_ref().and_then(|spec| spec.reclaim_policy);
    policy == Some(ReclaimPolicy::Retain)
}

/// Takes the wanted spec apart, so that a field that nobody compares does not compile.
fn spec_difference(
    interface: &Interface,
    want: Option<&EphemeralVirtualIPSpec>,
    have: &VirtualIp,
) -> Difference {
    let mut difference = Difference::new();
    if let Some(want) = want {
        let EphemeralVirtualIPSpec {
            virtual_ip:
                VirtualIPSpec {
                    type_,
                    ip_family,
                    target_ref: _, // the interface itself, see below
                },
            reclaim_policy: _, // the owner reference
        } = want;
        for (name, same) in [
            ("type", *type_ == have.type_),
            ("ipFamily", *ip_family == have.family),
        ] {
            if !same {
                difference.insert(Field::Fixed(name), Value::Null);
            }
        }
    }
    let target = target(interface);
    if have.target.as_ref() != Some(&target) {
        difference.insert(Field::Spec("targetRef"), value(&target));
    }
    difference
}
