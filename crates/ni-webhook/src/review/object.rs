//! What is read of an object: what it is judged by. Managed fields, status, annotations and all else are passed over, as
//! they are often the larger part.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// What is read.
const JUDGED: Fields = Fields(&[
    (
        "metadata",
        Keep::Of(Fields(&[("name", Keep::All), ("namespace", Keep::All)])),
    ),
    ("spec", Keep::All),
]);

/// Reads an object, as far as it is judged.
///
/// # Errors
/// Where it is nested too deeply, or has a number that is out of range.
pub(super) fn decode(text: &RawValue) -> serde_json::Result<Value> {
    let mut judged = serde_json::Deserializer::from_str(text.get());
    // What is of another shape than objects are, or spells keys by escapes, is read as it is: to say what is wrong with it
    // is not for here.
    JUDGED
        .deserialize(&mut judged)
        .or_else(|_| serde_json::from_str(text.get()))
}

/// Fields of an object.
#[derive(Clone, Copy)]
struct Fields(&'static [(&'static str, Keep)]);

/// How much of a field is kept.
#[derive(Clone, Copy)]
enum Keep {
    All,
    Of(Fields),
}

impl<'de> DeserializeSeed<'de> for Fields {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> DeserializeSeed<'de> for Keep {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        match self {
            Self::All => Value::deserialize(from),
            Self::Of(fields) => fields.deserialize(from),
        }
    }
}

impl<'de> Visitor<'de> for Fields {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some(name) = from.next_key::<&str>()? {
            match self.0.iter().find(|(known, _)| *known == name) {
                Some((_, keep)) => {
                    let value = from.next_value_seed(*keep)?;
                    kept.insert(name.to_owned(), value);
                }
                None => {
                    from.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Object(kept))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{from_value, json};

    use super::*;

    fn decoded(text: &str) -> Value {
        let raw: Box<RawValue> = serde_json::from_str(text).expect("JSON");
        decode(&raw).expect("JSON")
    }

    #[test]
    fn what_it_is_judged_by_is_read_and_the_rest_is_not() {
        for (text, expected) in [
            (
                r#"{"apiVersion":"v","metadata":{"name":"a","labels":{"b":"c"},"namespace":"n"},"status":{},"spec":{"d":[1,null]}}"#,
                json!({"metadata": {"name": "a", "namespace": "n"}, "spec": {"d": [1, null]}}),
            ),
            (r"{}", json!({})),
            (
                r#"{"metadata":{},"spec":null}"#,
                json!({"metadata": {}, "spec": null}),
            ),
            // The last of two, as everywhere.
            (r#"{"spec":1,"spec":2}"#, json!({"spec": 2})),
            // Shapes that no object has.
            ("7", json!(7)),
            (r#"["a",{"b":1}]"#, json!(["a", {"b": 1}])),
            (
                r#"{"metadata":["a"],"spec":1,"status":2}"#,
                json!({"metadata": ["a"], "spec": 1, "status": 2}),
            ),
            (r#"{"sp\u0065c":1}"#, json!({"spec": 1})),
        ] {
            assert_eq!(decoded(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_is_there(text in r#"\{"(spec|metadata|status)":(1|null|\{"name":"x"(,"a":\[2\])?\})(,"spec":\{"b":"[a-c]"\})?\}"#) {
            let whole: Value = serde_json::from_str(&text).expect("JSON");
            let read = decoded(&text);
            for path in ["/spec", "/metadata/name", "/metadata/namespace"] {
                prop_assert_eq!(read.pointer(path), whole.pointer(path));
            }
            prop_assert!(from_value::<Map<String, Value>>(read).is_ok());
        }
    }
}
