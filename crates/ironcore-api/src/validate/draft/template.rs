//! Metadata of templates.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::texts::{Finalizers, Texts};
use crate::bound;
use crate::validate::text;
use crate::wire::nullable;

/// Labels and annotations have no bound of their own: the object as a whole has one.
type Labels<'a> = Texts<'a, { u64::MAX }>;

/// Metadata of a template. Names in it are stored, and mean nothing.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct TemplateMetadata<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    labels: Labels<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    annotations: Labels<'a>,
    #[validate(length(max = bound::NAME))]
    pub(in crate::validate) name: Option<&'a str>,
    #[validate(length(max = bound::NAME))]
    pub(in crate::validate) namespace: Option<&'a str>,
    #[validate(length(max = bound::NAME))]
    pub(in crate::validate) generateName: Option<&'a str>,
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::FINALIZERS), nested)]
    finalizers: Finalizers<'a>,
    creationTimestamp: Option<Time>,
}

/// Metadata of a template whose object gets its name from where the template is.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct NamelessMetadata<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    labels: Labels<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    annotations: Labels<'a>,
    #[validate(length(max = bound::NAME), custom(
        function = text::none,
        message = "a template may not name its object: name is set by the controller"
    ))]
    name: Option<&'a str>,
    #[validate(length(max = bound::NAME), custom(
        function = text::none,
        message = "a template may not name its object: namespace is set by the controller"
    ))]
    namespace: Option<&'a str>,
    #[validate(length(max = bound::NAME), custom(
        function = text::none,
        message = "a template may not name its object: generateName is set by the controller"
    ))]
    generateName: Option<&'a str>,
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::FINALIZERS), nested)]
    finalizers: Finalizers<'a>,
    creationTimestamp: Option<Time>,
}
