// SPDX-License-Identifier: Apache-2.0

//! Prefixes of the pools' namespace that this controller makes: the pools that operators want, and for each virtual IP one that
//! holds its address (contract, VirtualIP allocation). Such an address lives as long as the UID of its virtual IP, whatever the
//! status of that says.

use ironcore_api::address::{IpFamily, Prefix as Block, parse_ip};
use ironcore_api::ownership::{PUBLIC_POOL, VIRTUAL_IP_NAME, VIRTUAL_IP_NAMESPACE, VIRTUAL_IP_UID};
use serde_json::{Value, json};

use crate::plan::{
    Change, Notice, Plan, PublicPools, Purpose, Question, Reason, Request, View, ask, finalizer,
};
use crate::seeded::{Fault, has};
use crate::world::{AddressOf, Asks, Holder, Kind, Prefix, Str, VirtualIp};

/// Makes the prefix `name`, which is not there, if it is to be.
pub(super) fn make(name: &Str, view: View<'_>, plan: &mut Plan) {
    let elsewhere = view.elsewhere;
    if view.resting {
        return;
    }
    if let Some(block) = elsewhere.wanted {
        plan.changes.push(create(name, pool(block)));
        return;
    }
    let (Holder::Known(virtual_ip), Some(pools)) = (elsewhere.holder, elsewhere.pools) else {
        return;
    };
    let Some(asks) = asks(virtual_ip, elsewhere.holder_rests, pools) else {
        return;
    };
    let change = create(name, address(virtual_ip, asks));
    if let Some(refusal) = view.refusal(&change, (Kind::Prefix, None)) {
        let message = format!("its address was refused: {}", refusal.message);
        let meta = &virtual_ip.meta;
        plan.notices.push(Notice::on(
            Reason::ChildRefused,
            Kind::VirtualIp,
            meta,
            message,
        ));
    }
    plan.changes.push(change);
}

/// What a virtual IP is to have: an address while it has none, and the address of a pool that it shows, whoever wrote it.
fn asks(virtual_ip: &VirtualIp, rests: bool, pools: PublicPools<'_>) -> Option<Asks> {
    let meta = &virtual_ip.meta;
    if let Some(shown) = &virtual_ip.ip {
        let block = Block::single(parse_ip(shown).ok()?);
        let mut blocks = pools.pools.blocks();
        return blocks
            .any(|pool| pool.contains(block) && pool != block)
            .then_some(Asks::Block(block));
    }
    let family = virtual_ip.family;
    let mut blocks = pools.pools.blocks();
    let wants = !meta.deleting && !meta.external && !rests;
    (wants && blocks.any(|pool| pool.family() == family))
        .then_some(Asks::Length(family, family.bits()))
}

fn create(name: &Str, body: Value) -> Change {
    let mut body = body;
    body["apiVersion"] = Kind::Prefix.api_version().into();
    body["kind"] = Kind::Prefix.as_str().into();
    body["metadata"]["name"] = (&**name).into();
    Change {
        kind: Kind::Prefix,
        name: name.clone(),
        request: Request::Create(body),
        purpose: Purpose::Make,
        then: None,
    }
}

fn pool(block: Block) -> Value {
    json!({
        "metadata": { "labels": { PUBLIC_POOL: "" } },
        "spec": { "ipFamily": block.family().as_str(), "prefix": block.to_string() },
    })
}

fn address(virtual_ip: &VirtualIp, asks: Asks) -> Value {
    let meta = &virtual_ip.meta;
    let any_pool = json!([{ "key": PUBLIC_POOL, "operator": "Exists" }]);
    let mut spec = json!({ "parentSelector": { "matchExpressions": any_pool } });
    let family = match asks {
        Asks::Block(block) => {
            spec["prefix"] = block.to_string().into();
            block.family()
        }
        Asks::Length(family, length) => {
            spec["prefixLength"] = length.into();
            family
        }
    };
    spec["ipFamily"] = IpFamily::as_str(family).into();
    json!({
        "metadata": {
            "annotations": {
                VIRTUAL_IP_NAMESPACE: &*meta.namespace,
                VIRTUAL_IP_NAME: &*meta.name,
                VIRTUAL_IP_UID: &*meta.uid,
            },
            "finalizers": [Kind::Prefix.entry().finalizer],
        },
        "spec": spec,
    })
}

/// Plans for a prefix that holds an address of a virtual IP, as far as its end is concerned. Answers whether that is all.
pub(super) fn plan_end(
    prefix: &Prefix,
    AddressOf { namespace, name }: AddressOf<'_>,
    view: View<'_>,
    plan: &mut Plan,
) -> bool {
    let meta = &prefix.meta;
    if meta.deleting && !finalizer::is_on::<Prefix>(&prefix.finalizers) {
        return true;
    }
    // One that holds nothing need not wait for its virtual IP.
    let holds_nothing = meta.deleting && !prefix.is_allocated();
    if !holds_nothing && !matches!(view.elsewhere.holder, Holder::Missing) {
        return meta.deleting;
    }
    // Watches of two kinds are not ordered, and who led before may be about to write the address into the status.
    let seen = view.namespace.prefixes.seen(&meta.name);
    let asked =
        view.has_found_nothing(Kind::VirtualIp, name, seen) || has(Fault::AddressFreedUnasked);
    plan.changes.push(if !holds_nothing && !asked {
        let question = Question::IsThere {
            namespace: namespace.into(),
            uid: meta.name.clone(),
        };
        ask(Kind::VirtualIp, name, question)
    } else if meta.deleting {
        finalizer::take_off::<Prefix>(meta, &prefix.finalizers)
    } else {
        delete(prefix)
    });
    true
}

fn delete(prefix: &Prefix) -> Change {
    let meta = &prefix.meta;
    Change {
        kind: Kind::Prefix,
        name: meta.name.clone(),
        request: Request::Delete {
            uid: meta.uid.clone(),
            version: meta.version,
        },
        purpose: Purpose::Remove,
        then: None,
    }
}
