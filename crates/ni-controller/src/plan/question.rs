// SPDX-License-Identifier: Apache-2.0

//! Questions that the world can't answer for certain: watches of two kinds, or of two namespaces, are not ordered.

use serde_json::Value;

use crate::world::Str;

/// What the API server is asked about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether objects of the kind name it in this field, which is one of the definition's selectable ones.
    IsReferredTo {
        /// Path of the field, as in `spec.networkRef.name`.
        field: &'static str,
    },
    /// Whether the object with this UID is there.
    IsThere {
        /// The object's namespace, which may be another than the plan's.
        namespace: Str,
        /// The UID.
        uid: Str,
    },
}

impl Question {
    /// Whether `object`, of the kind in question, makes the answer a yes for `name`.
    pub fn is_answered_by(&self, name: &str, object: &Value) -> bool {
        let is = |path: &str, text: &str| {
            let path = format!("/{}", path.replace('.', "/"));
            object.pointer(&path).and_then(Value::as_str) == Some(text)
        };
        match self {
            Self::IsReferredTo { field } => is(field, name),
            Self::IsThere { uid, .. } => is("metadata.name", name) && is("metadata.uid", uid),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_answers_by_its_field_or_by_its_uid() {
        let object = json!({
            "metadata": { "name": "a", "uid": "1" },
            "spec": { "networkRef": { "name": "net" } },
        });
        let field = "spec.networkRef.name";
        let uid = |uid: &str| Question::IsThere {
            namespace: "ns".into(),
            uid: uid.into(),
        };
        for (question, name, expected) in [
            (Question::IsReferredTo { field }, "net", true),
            (Question::IsReferredTo { field }, "other", false),
            (Question::IsReferredTo { field: "spec.none" }, "net", false),
            (uid("1"), "a", true),
            (uid("1"), "b", false),
            (uid("2"), "a", false),
        ] {
            let answered = question.is_answered_by(name, &object);
            assert_eq!(answered, expected, "{question:?} of {name}");
        }
    }
}
