// SPDX-License-Identifier: Apache-2.0

//! Parts of objects in little memory: what is each object's own is one text, the rest is shared by all that say the same.

use std::fmt::{Debug, Formatter};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ironcore_api::networking::{NetworkInterfaceSpec, NetworkInterfaceStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use serde::Serialize;

use super::digest::{Digest, digest};
use super::meta::Str;

/// Between the texts that are an object's own. One that holds it is not taken out.
const BETWEEN: char = '\n';

/// A part of an object of which some texts and times are its own as a rule.
pub trait Pack: Clone + PartialEq + Serialize {
    /// Hands over what is its own, always in the same order.
    fn own(&mut self, of: &mut impl Own);
}

/// Takes what is an object's own.
pub trait Own {
    /// A text.
    fn text(&mut self, text: &mut String);
    /// A time.
    fn time(&mut self, time: &mut Time);
}

/// A value of which the most is shared with equal ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Packed<T> {
    rest: Rest<T>,
    own: Str,
}

/// The longest rest that is shared, in bytes of JSON: unused ones are looked for by number, so their size is bounded here.
const LONGEST: usize = 4096;

/// What is left of a value without its own texts, and the digest of that.
#[derive(Clone)]
pub(super) struct Rest<T> {
    digest: Digest,
    is_long: bool,
    value: Arc<T>,
}

/// Without the digest, which differs from process to process: the explorer distinguishes states by this text.
impl<T: Debug> Debug for Rest<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Rest<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.value, &other.value)
            || self.digest == other.digest && self.value == other.value
    }
}

// No part of an object holds a number that differs from itself.
impl<T: PartialEq> Eq for Rest<T> {}

impl<T> Hash for Rest<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

impl<T> Rest<T> {
    /// Whether it may be kept for others.
    pub(super) fn is_long(&self) -> bool {
        self.is_long
    }

    /// Whether nobody else has it.
    pub(super) fn is_unused(&self) -> bool {
        Arc::strong_count(&self.value) == 1
    }
}

impl<T> Hash for Packed<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { rest, own } = self;
        (rest, own).hash(state);
    }
}

impl<T: Pack> Packed<T> {
    /// Packs `value`.
    ///
    /// # Panics
    /// Never: these types serialize.
    pub fn new(mut value: T) -> Self {
        let mut taken = Take(None);
        value.own(&mut taken);
        let own = taken.0.map_or_else(Str::new, Str::from);
        // What differs has to be written differently: versions are compared by this. Only times within templates are not, as JSON has them
        // to the second; a change of these is one of the generation as well.
        let json = serde_json::to_vec(&value).expect("these types serialize");
        let rest = Rest {
            is_long: json.len() > LONGEST,
            digest: digest(&json),
            value: Arc::new(value),
        };
        Self { rest, own }
    }

    /// The value.
    pub fn unpack(&self) -> T {
        let mut value = T::clone(&self.rest.value);
        value.own(&mut Put(self.own.split(BETWEEN)));
        value
    }

    /// The value, as far as it is shared: its own texts are empty.
    pub fn rest(&self) -> &T {
        &self.rest.value
    }

    /// The part that equal values share.
    pub(super) fn packed_rest(&self) -> &Rest<T> {
        &self.rest
    }

    /// The same, to change.
    pub(super) fn rest_mut(&mut self) -> &mut Rest<T> {
        &mut self.rest
    }

    /// An estimate of the memory that it takes alone.
    pub(super) fn bytes(&self) -> usize {
        self.own.len()
    }
}

struct Take(Option<String>);

impl Take {
    fn push(&mut self, text: &str) {
        match &mut self.0 {
            None => self.0 = Some(text.to_owned()),
            Some(all) => {
                all.push(BETWEEN);
                all.push_str(text);
            }
        }
    }
}

impl Own for Take {
    fn text(&mut self, text: &mut String) {
        if !text.contains(BETWEEN) {
            self.push(&std::mem::take(text));
        }
    }

    fn time(&mut self, time: &mut Time) {
        self.push(&time.0.to_string());
        time.0 = Timestamp::UNIX_EPOCH;
    }
}

struct Put<'a>(std::str::Split<'a, char>);

impl Own for Put<'_> {
    fn text(&mut self, text: &mut String) {
        if !text.contains(BETWEEN) {
            self.0.next().unwrap_or_default().clone_into(text);
        }
    }

    fn time(&mut self, time: &mut Time) {
        let text = self.0.next().unwrap_or_default();
        time.0 = text.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    }
}

impl Pack for NetworkInterfaceSpec {
    fn own(&mut self, of: &mut impl Own) {
        let ips = self.ips.iter_mut().map(|ip| &mut ip.value);
        let prefixes = self.prefixes.iter_mut().map(|prefix| &mut prefix.value);
        ips.chain(prefixes)
            .flatten()
            .for_each(|value| of.text(value));
        if let Some(holder) = &mut self.machine_ref {
            of.text(&mut holder.name);
            of.text(&mut holder.uid);
        }
        if let Some(provider_id) = &mut self.provider_id {
            of.text(provider_id);
        }
        let virtual_ip = self.virtual_ip.as_mut();
        if let Some(reference) = virtual_ip.and_then(|source| source.virtual_ip_ref.as_mut()) {
            of.text(&mut reference.name);
        }
    }
}

impl Pack for NetworkInterfaceStatus {
    fn own(&mut self, of: &mut impl Own) {
        let shown = self.ips.iter_mut().chain(&mut self.prefixes);
        shown
            .chain(&mut self.virtual_ip)
            .for_each(|text| of.text(text));
        if let Some(time) = &mut self.last_state_transition_time {
            of.time(time);
        }
        for condition in &mut self.conditions {
            of.time(&mut condition.last_transition_time);
            of.text(&mut condition.message);
        }
    }
}

/// The texts of a spec that are the object's own, where they are kept.
#[derive(Debug)]
pub struct SpecTexts<'a> {
    /// `value` of each of `ips`.
    pub ips: Vec<Option<&'a str>>,
    /// `value` of each of `prefixes`.
    pub prefixes: Vec<Option<&'a str>>,
    /// Name and UID in `machineRef`.
    pub machine: Option<(&'a str, &'a str)>,
    /// `providerID`.
    pub provider_id: Option<&'a str>,
    /// The name in `virtualIP.virtualIPRef`.
    pub virtual_ip: Option<&'a str>,
}

impl Packed<NetworkInterfaceSpec> {
    /// The texts that are the object's own, without a copy.
    pub fn texts<'a>(&'a self) -> SpecTexts<'a> {
        let spec = self.rest();
        let mut own = self.own.split(BETWEEN);
        // In the order in which they were taken out.
        let mut read = |left: &'a String| -> &'a str {
            if left.contains(BETWEEN) {
                left
            } else {
                own.next().unwrap_or_default()
            }
        };
        SpecTexts {
            ips: spec
                .ips
                .iter()
                .map(|ip| ip.value.as_ref().map(&mut read))
                .collect(),
            prefixes: spec
                .prefixes
                .iter()
                .map(|prefix| prefix.value.as_ref().map(&mut read))
                .collect(),
            machine: spec
                .machine_ref
                .as_ref()
                .map(|holder| (read(&holder.name), read(&holder.uid))),
            provider_id: spec.provider_id.as_ref().map(&mut read),
            virtual_ip: {
                let source = spec.virtual_ip.as_ref();
                let reference = source.and_then(|source| source.virtual_ip_ref.as_ref());
                reference.map(|reference| read(&reference.name))
            },
        }
    }
}

impl Packed<NetworkInterfaceStatus> {
    /// The addresses that it shows.
    pub fn ips(&self) -> impl Iterator<Item = &str> {
        let mut own = self.own.split(BETWEEN);
        let left = self.rest().ips.iter();
        left.map(move |left| {
            if left.contains(BETWEEN) {
                left
            } else {
                own.next().unwrap_or_default()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use ironcore_api::networking::IpSource;

    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_as_it_was_and_shares_all_but_what_is_its_own() {
        let spec = |values: &[Option<&str>]| NetworkInterfaceSpec {
            ips: values
                .iter()
                .map(|value| IpSource {
                    value: value.map(str::to_owned),
                    ephemeral: None,
                })
                .collect(),
            provider_id: Some("id".into()),
            ..NetworkInterfaceSpec::default()
        };
        for values in [
            &[Some("10.0.0.1"), None, Some("")][..],
            &[Some(""), Some("a\nb"), Some("c")],
            &[],
        ] {
            let spec = spec(values);
            let packed = Packed::new(spec.clone());
            assert_eq!(packed.unpack(), spec);
            let texts = packed.texts();
            assert!(texts.ips.iter().eq(values));
            assert_eq!(texts.provider_id, Some("id"));
        }
        let [one, other] = [Some("10.0.0.1"), Some("10.0.0.2")].map(|ip| Packed::new(spec(&[ip])));
        assert_ne!(one, other);
        assert_eq!(one.rest, other.rest);
    }

    #[test]
    fn times_are_kept_to_the_fraction() {
        let time = "2026-01-01T00:00:00.123456789Z".parse().map(Time);
        let status = NetworkInterfaceStatus {
            last_state_transition_time: time.ok(),
            ..NetworkInterfaceStatus::default()
        };
        assert_eq!(Packed::new(status.clone()).unpack(), status);
    }
}
