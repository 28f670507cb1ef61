// SPDX-License-Identifier: Apache-2.0

//! What an update may do with a spec's fields: rules, made from what the types' fields say (`#[field(change = …)]`). The webhook
//! compares by the same words (`validate/stored.rs`).

use super::common::{forbidden, named, set_once};
use super::rule::Rule;
use crate::words;

/// A struct whose fields say how they may change.
pub(crate) trait Changes {
    /// Each field.
    const CHANGES: &'static [Change];
}

/// How a field may change.
pub(crate) struct Change {
    /// Its name.
    pub(crate) field: &'static str,
    /// Whether the schema requires it.
    pub(crate) is_sent: bool,
    /// What it holds.
    pub(crate) of: Of,
    /// How it may change.
    pub(crate) how: How,
}

/// What a field holds, as far as it matters to how two values are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// A text; an empty one is none.
    Text,
    /// A prefix, however it is spelled.
    Cidr,
    /// A number; where it is set once, zero is none.
    Number,
    /// A reference by name.
    Reference,
    /// A list; an empty one is none.
    List,
    /// A map; an empty one is none.
    Map,
    /// Anything else.
    Object,
}

/// How a field may change.
pub(crate) enum How {
    /// In any way.
    Free,
    /// Not at all.
    Immutable,
    /// From none to something.
    Filled,
    /// The same, in the words of a field that a user may leave open.
    Once {
        /// The field without which it is set at creation or never.
        unless: Option<&'static str>,
    },
    /// As its own fields say.
    Within(&'static [Change]),
    /// As rules say that are written by hand.
    Special,
}

/// Rules on the change of a spec of type `T`.
pub(super) fn rules<T: Changes>() -> Vec<Rule> {
    let mut rules = Vec::new();
    fixed("", T::CHANGES, &mut rules);
    rules.extend(T::CHANGES.iter().filter_map(once).flatten());
    rules
}

/// Fields that do not change, and those that are not set later. `within` is the path of the struct.
fn fixed(within: &str, changes: &[Change], rules: &mut Vec<Rule>) {
    for change in changes {
        let path = format!("{within}.{}", change.field);
        let message = match change.how {
            How::Free | How::Special | How::Once { unless: None } => continue,
            How::Within(inner) => {
                fixed(&path, inner, rules);
                continue;
            }
            How::Immutable | How::Filled => words::IMMUTABLE,
            How::Once { .. } => words::NOT_SET,
        };
        rules.push(forbidden(change.kept(&path), &path, message));
    }
}

fn once(change: &Change) -> Option<[Rule; 2]> {
    let path = format!(".{}", change.field);
    let (was, is) = (change.given("oldSelf", &path), change.given("self", &path));
    matches!(change.how, How::Once { .. }).then(|| set_once(&path, &was, &is, &change.same(&path)))
}

impl Change {
    /// CEL that says whether the field at `path` stays as it has to.
    fn kept(&self, path: &str) -> String {
        let (was, is) = (self.given("oldSelf", path), self.given("self", path));
        let same = self.same(path);
        let (old, new) = (format!("oldSelf{path}"), format!("self{path}"));
        match (&self.how, self.of) {
            (How::Once { unless }, _) => {
                let other = unless.unwrap_or_default();
                format!("{was} || !({is}) || has(oldSelf.{other})")
            }
            // What is missing is refused for that.
            (How::Filled, Of::Reference) if self.is_sent => format!("!({is} && {was}) || {same}"),
            (How::Filled, Of::Text) if self.is_sent => {
                format!("!has({old}) || has({new}) && {same}")
            }
            (How::Filled, Of::Text) => {
                format!("!has({old}) || {old} == '' || has({new}) && {same}")
            }
            (How::Filled, Of::List) => format!("size({old}) == 0 || {same}"),
            (How::Filled, _) => format!("!({was}) || ({is}) && ({same})"),
            (_, Of::Text) => format!("{} == {}", text_at("self", path), text_at("oldSelf", path)),
            (_, Of::Map | Of::List) => format!(
                "(has({new}) ? size({new}) : 0) == (has({old}) ? size({old}) : 0) \
                 && (!has({new}) || !has({old}) || {same})"
            ),
            (_, Of::Reference | Of::Cidr) => format!("({is}) == ({was}) && (!({is}) || {same})"),
            (_, Of::Number | Of::Object) => {
                format!("has({new}) == has({old}) && (!has({new}) || {same})")
            }
        }
    }

    /// CEL that says whether the field of `subject` says something.
    fn given(&self, subject: &str, path: &str) -> String {
        let field = format!("{subject}{path}");
        match self.of {
            Of::Text | Of::Cidr => format!("has({field}) && {field} != ''"),
            Of::Number => format!("has({field}) && {field} != 0"),
            Of::Reference => named(&field),
            Of::List | Of::Map => format!("has({field}) && size({field}) > 0"),
            Of::Object => format!("has({field})"),
        }
    }

    /// CEL that says whether the field is what it was, where it is and was there.
    fn same(&self, path: &str) -> String {
        let (new, old) = (format!("self{path}"), format!("oldSelf{path}"));
        match self.of {
            Of::Reference => format!("{new}.name == {old}.name"),
            Of::Cidr => format!(
                "{new} == {old} || isCIDR({new}) && isCIDR({old}) && cidr({new}) == cidr({old})"
            ),
            _ => format!("{new} == {old}"),
        }
    }
}

/// The text at `path`, or an empty one where it or its parent is not there, as CEL.
fn text_at(subject: &str, path: &str) -> String {
    let mut place = subject.to_owned();
    let steps = path.split('.').skip(1).map(|step| {
        place = format!("{place}.{step}");
        format!("has({place})")
    });
    let there = steps.collect::<Vec<_>>().join(" && ");
    format!("({there} ? {place} : '')")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(of: Of, how: How) -> String {
        let change = Change {
            field: "a",
            is_sent: false,
            of,
            how,
        };
        change.kept(".a")
    }

    /// What no field of a definition has yet; the others are in `deploy/crds`.
    #[test]
    fn whatever_a_field_holds_it_can_be_kept() {
        for (of, how, expected) in [
            (
                Of::Number,
                How::Immutable,
                "has(self.a) == has(oldSelf.a) && (!has(self.a) || self.a == oldSelf.a)",
            ),
            (
                Of::Text,
                How::Immutable,
                "(has(self.a) ? self.a : '') == (has(oldSelf.a) ? oldSelf.a : '')",
            ),
            (
                Of::Number,
                How::Filled,
                "!(has(oldSelf.a) && oldSelf.a != 0) || (has(self.a) && self.a != 0) && (self.a == oldSelf.a)",
            ),
            (
                Of::Reference,
                How::Immutable,
                "(has(self.a) && has(self.a.name) && self.a.name != '') \
                 == (has(oldSelf.a) && has(oldSelf.a.name) && oldSelf.a.name != '') \
                 && (!(has(self.a) && has(self.a.name) && self.a.name != '') || self.a.name == oldSelf.a.name)",
            ),
        ] {
            assert_eq!(kept(of, how), expected);
        }
    }
}
