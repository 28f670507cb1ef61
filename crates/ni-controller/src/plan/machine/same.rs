//! Whether two texts of a spec ask for the same: addresses as addresses, null = empty = absent.

use ironcore_api::address::{parse_ip, parse_prefix};
use ironcore_api::default;
use ironcore_api::ipam::{PrefixSpec, PrefixTemplate};
use ironcore_api::networking::{
    EphemeralPrefix, EphemeralVirtualIP, IpSource, PrefixSource, VirtualIPSource,
};
use ironcore_api::reference::Named;
use ironcore_api::template::TemplateMeta;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

/// Whether two lists are of one length and their entries the same, in order.
pub(super) fn same_list<T>(want: &[T], have: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    want.len() == have.len() && want.iter().zip(have).all(|(want, have)| same(want, have))
}

/// Whether two entries of `ips` ask for the same.
pub(super) fn same_ip(want: &IpSource, have: &IpSource) -> bool {
    let (value, other) = (want.value.as_deref(), have.value.as_deref());
    same_text(value, other, |text| parse_ip(text).ok())
        && same_template(want.ephemeral.as_deref(), have.ephemeral.as_deref())
}

/// Whether two entries of `prefixes` ask for the same.
pub(super) fn same_prefix(want: &PrefixSource, have: &PrefixSource) -> bool {
    let (value, other) = (want.value.as_deref(), have.value.as_deref());
    same_text(value, other, |text| parse_prefix(text).ok())
        && same_template(want.ephemeral.as_deref(), have.ephemeral.as_deref())
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

fn same_text<P: PartialEq>(
    want: Option<&str>,
    have: Option<&str>,
    parse: impl Fn(&str) -> Option<P>,
) -> bool {
    want == have
        || want
            .and_then(&parse)
            .is_some_and(|want| have.and_then(&parse) == Some(want))
}

fn same_template(want: Option<&EphemeralPrefix>, have: Option<&EphemeralPrefix>) -> bool {
    let (Some(want), Some(have)) = (want, have) else {
        return want.is_none() && have.is_none();
    };
    let none = PrefixTemplate::default();
    let want = want.prefix_template.as_ref().unwrap_or(&none);
    let have = have.prefix_template.as_ref().unwrap_or(&none);
    meta(want.metadata.as_ref()) == meta(have.metadata.as_ref())
        && same_prefix_spec(
            want.spec.as_ref().unwrap_or(&PrefixSpec::default()),
            have.spec.as_ref().unwrap_or(&PrefixSpec::default()),
        )
}

fn same_prefix_spec(want: &PrefixSpec, have: &PrefixSpec) -> bool {
    let (want, have) = (default::prefix_spec(want), default::prefix_spec(have));
    let (prefix, other) = (want.prefix.as_deref(), have.prefix.as_deref());
    want.ip_family == have.ip_family
        && want.prefix_length.unwrap_or(0) == have.prefix_length.unwrap_or(0)
        && want.parent_ref.named() == have.parent_ref.named()
        && same_text(prefix, other, |text| parse_prefix(text).ok())
        && selector(want.parent_selector.as_ref()) == selector(have.parent_selector.as_ref())
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
