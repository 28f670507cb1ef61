// SPDX-License-Identifier: Apache-2.0

//! A network.

use ironcore_api::networking::{NetworkState, NetworkStatus};
use serde::Deserialize;

use super::{Kind, Namespace};
use crate::world::digest::{Digest, digest};
use crate::world::meta::{Meta, RawMeta, Str};
use crate::world::object::{Affect, Object};
use crate::world::share::Shared;

/// A network.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Network {
    /// Metadata.
    pub meta: Meta,
    /// Finalizers.
    pub finalizers: Box<[Str]>,
    /// Its state, if anybody reports one.
    pub state: Option<NetworkState>,
}

/// The body of a network.
#[derive(Deserialize)]
pub struct Body {
    status: Option<NetworkStatus>,
}

impl Object for Network {
    type Body = Body;

    fn assemble(meta: Meta, raw: RawMeta<'_>, body: Body) -> Self {
        Self {
            meta,
            finalizers: raw.finalizers.iter().map(Str::from).collect(),
            state: body.status.and_then(|status| status.state),
        }
    }

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }

    fn digest(&self) -> Option<Digest> {
        Some(digest(self))
    }

    fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        self.meta.share(known.map(|known| &known.meta), shared);
    }

    fn bytes(&self) -> usize {
        size_of_val(self) - size_of_val(&self.meta) + self.meta.bytes()
    }

    fn readers(&self, _: &Namespace, _: Affect<'_>) {}

    fn readers_of_name(namespace: &Namespace, name: &str, affect: Affect<'_>) {
        for interface in namespace.links.on_network.get(name) {
            affect(Kind::NetworkInterface, interface);
        }
    }
}
