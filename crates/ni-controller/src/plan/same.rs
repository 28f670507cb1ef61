// SPDX-License-Identifier: Apache-2.0

//! Whether two parts of a spec ask for the same: addresses as addresses, null = empty = absent.

use std::fmt::Display;

use ironcore_api::address::{parse_ip, parse_prefix};
use ironcore_api::default;
use ironcore_api::ipam::{PrefixSpec, PrefixTemplate};
use ironcore_api::networking::{
    EphemeralPrefix, EphemeralVirtualIP, IpSource, PrefixSource, VirtualIPSource,
};
use ironcore_api::reference::{LocalRef, Named};
use ironcore_api::template::TemplateMeta;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::plan::children::value;

/// Whether two lists are of one length and their entries the same, in order.
pub(super) fn same_list<T>(want: &[T], have: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    want.len() == have.len() && want.iter().zip(have).all(|(want, have)| same(want, have))
}

/// Whether two entries of `ips` ask for the same.
pub(super) fn same_ip(want: &IpSource, have: &IpSource) -> bool {
    want == have || canonical_ip(want) == canonical_ip(have)
}

/// Whether two entries of `prefixes` ask for the same.
pub(super) fn same_prefix(want: &PrefixSource, have: &PrefixSource) -> bool {
    want == have || canonical_prefix(want) == canonical_prefix(have)
}

/// A text that is equal for entries of `prefixes` that ask for the same.
pub(super) fn prefix_key(source: &PrefixSource) -> String {
    value(&canonical_prefix(source)).to_string()
}

fn canonical_ip(source: &IpSource) -> IpSource {
    let IpSource {
        value,
        ephemeral: child,
    } = source;
    IpSource {
        value: text(value.as_deref(), parse_ip),
        ephemeral: ephemeral(child.as_deref()),
    }
}

fn canonical_prefix(source: &PrefixSource) -> PrefixSource {
    let PrefixSource {
        value,
        ephemeral: child,
    } = source;
    PrefixSource {
        value: text(value.as_deref(), parse_prefix),
        ephemeral: ephemeral(child.as_deref()),
    }
}

/// Whether two public IPs ask for the same.
pub(super) fn same_virtual_ip(
    want: Option<&VirtualIPSource>,
    have: Option<&VirtualIPSource>,
) -> bool {
    let reference = |source: Option<&VirtualIPSource>| {
        source.and_then(|s| s.virtual_ip_ref.named().map(str::to_owned))
    };
    let template = |source: Option<&VirtualIPSource>| {
        let ephemeral: &EphemeralVirtualIP = source?.ephemeral.as_deref()?;
        let template = ephemeral.virtual_ip_template.clone().unwrap_or_default();
        Some((meta(template.metadata.as_ref()), template.spec))
    };
    reference(want) == reference(have) && template(want) == template(have)
}

/// The text as it is usually written, if it parses, else as it is.
fn text<P: Display, E>(text: Option<&str>, parse: impl Fn(&str) -> Result<P, E>) -> Option<String> {
    let text = text?;
    Some(parse(text).map_or_else(|_| text.to_owned(), |parsed| parsed.to_string()))
}

fn ephemeral(source: Option<&EphemeralPrefix>) -> Option<Box<EphemeralPrefix>> {
    let EphemeralPrefix { prefix_template } = source?;
    let PrefixTemplate { metadata, spec } = prefix_template.clone().unwrap_or_default();
    Some(Box::new(EphemeralPrefix {
        prefix_template: Some(PrefixTemplate {
            metadata: Some(meta(metadata.as_ref())),
            spec: Some(prefix_spec(&spec.unwrap_or_default())),
        }),
    }))
}

/// What a prefix asks for, in the form in which equal requests are equal.
pub(super) fn prefix_spec(spec: &PrefixSpec) -> PrefixSpec {
    let PrefixSpec {
        ip_family,
        prefix,
        prefix_length,
        parent_ref,
        parent_selector,
    } = default::prefix_spec(spec).into_owned();
    PrefixSpec {
        ip_family,
        prefix: text(prefix.as_deref(), parse_prefix),
        prefix_length: prefix_length.filter(|length| *length != 0),
        parent_ref: parent_ref.named().map(LocalRef::new),
        parent_selector: selector(parent_selector.as_ref()),
    }
}

/// A selector without conditions selects all, and is not the same as none.
fn selector(selector: Option<&LabelSelector>) -> Option<LabelSelector> {
    selector.map(|selector| LabelSelector {
        match_labels: Some(selector.match_labels.clone().unwrap_or_default()),
        match_expressions: Some(selector.match_expressions.clone().unwrap_or_default()),
    })
}

/// Metadata of a template, without what means nothing.
fn meta(meta: Option<&TemplateMeta>) -> TemplateMeta {
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    meta.map_or_else(TemplateMeta::default, |meta| TemplateMeta {
        name: text(&meta.name),
        namespace: text(&meta.namespace),
        generate_name: text(&meta.generate_name),
        creation_timestamp: None,
        ..meta.clone()
    })
}
