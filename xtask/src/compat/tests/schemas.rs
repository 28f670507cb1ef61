// SPDX-License-Identifier: Apache-2.0

//! Changes of schemas in tables, each beside a twin that is compatible.

use super::{definition, told, yaml};

/// Schemas of spec before and after, and what is told; what is empty is compatible.
const SCHEMAS: &[(&str, &str, &str)] = &[
    // Fields.
    (
        "{properties: {a: {type: string}}}",
        "{}",
        "incompatible: Thing `spec.a`: is gone: what is stored of it is dropped",
    ),
    ("{}", "{properties: {a: {type: string}}}", ""),
    (
        "{properties: {a: {}}}",
        "{x-kubernetes-preserve-unknown-fields: true}",
        "",
    ),
    ("{properties: {a: {}}}", "{additionalProperties: {}}", ""),
    (
        "{x-kubernetes-preserve-unknown-fields: true}",
        "{x-kubernetes-preserve-unknown-fields: true, properties: {a: {}}}",
        "may refuse: Thing `spec.a`: was kept whatever it was, and is judged now",
    ),
    (
        "{x-kubernetes-preserve-unknown-fields: true}",
        "{}",
        "incompatible: Thing `spec`: x-kubernetes-preserve-unknown-fields is gone, and was true",
    ),
    ("{}", "{x-kubernetes-preserve-unknown-fields: true}", ""),
    // Types.
    (
        "{type: integer}",
        "{type: string}",
        "incompatible: Thing `spec`: type was \"integer\", and is \"string\"",
    ),
    (
        "{x-kubernetes-int-or-string: true}",
        "{type: string}",
        "incompatible: Thing `spec`: type is new: \"string\"|incompatible: Thing `spec`: x-kubernetes-int-or-string is gone, and was true",
    ),
    (
        "{nullable: true}",
        "{}",
        "incompatible: Thing `spec`: nullable is gone, and was true",
    ),
    ("{}", "{nullable: true}", ""),
    (
        "{format: int32}",
        "{format: int64}",
        "incompatible: Thing `spec`: format was \"int32\", and is \"int64\"",
    ),
    ("{format: date-time}", "{}", ""),
    // What must be there.
    (
        "{properties: {a: {}}}",
        "{properties: {a: {}}, required: [a]}",
        "incompatible: Thing `spec.a`: is required now",
    ),
    (
        "{}",
        "{properties: {a: {}}, required: [a]}",
        "incompatible: Thing `spec.a`: is required now",
    ),
    ("{}", "{properties: {a: {default: 1}}, required: [a]}", ""),
    (
        "{properties: {a: {}}, required: [a]}",
        "{properties: {a: {}}}",
        "",
    ),
    // Values.
    (
        "{enum: [a, b]}",
        "{enum: [b]}",
        "incompatible: Thing `spec`: no longer takes \"a\"",
    ),
    (
        "{}",
        "{enum: [b]}",
        "incompatible: Thing `spec`: enum is new: [\"b\"]",
    ),
    ("{enum: [b]}", "{enum: [a, b]}", ""),
    ("{enum: [b]}", "{}", ""),
    (
        "{pattern: a}",
        "{pattern: b}",
        "incompatible: Thing `spec`: pattern was \"a\", and is \"b\"",
    ),
    (
        "{}",
        "{pattern: a}",
        "incompatible: Thing `spec`: pattern is new: \"a\"",
    ),
    ("{pattern: a}", "{}", ""),
    (
        "{}",
        "{multipleOf: 2}",
        "incompatible: Thing `spec`: multipleOf is new: 2",
    ),
    // Bounds.
    (
        "{maximum: 2}",
        "{maximum: 1}",
        "incompatible: Thing `spec`: maximum was 2, and is 1",
    ),
    (
        "{}",
        "{maximum: 1}",
        "incompatible: Thing `spec`: maximum is new: 1",
    ),
    ("{maximum: 1}", "{maximum: 2}", ""),
    ("{maximum: 1}", "{}", ""),
    (
        "{maximum: 1}",
        "{maximum: 1, exclusiveMaximum: true}",
        "incompatible: Thing `spec`: exclusiveMaximum is new: true",
    ),
    ("{maximum: 1, exclusiveMaximum: true}", "{maximum: 1}", ""),
    (
        "{minimum: 1}",
        "{minimum: 2}",
        "incompatible: Thing `spec`: minimum was 1, and is 2",
    ),
    (
        "{}",
        "{minimum: -1}",
        "incompatible: Thing `spec`: minimum is new: -1",
    ),
    ("{minimum: 2}", "{minimum: 1}", ""),
    ("{minimum: 2}", "{}", ""),
    (
        "{maxLength: 2}",
        "{maxLength: 1}",
        "incompatible: Thing `spec`: maxLength was 2, and is 1",
    ),
    ("{maxLength: 1}", "{maxLength: 2}", ""),
    (
        "{}",
        "{maxItems: 1}",
        "incompatible: Thing `spec`: maxItems is new: 1",
    ),
    (
        "{}",
        "{maxProperties: 1}",
        "incompatible: Thing `spec`: maxProperties is new: 1",
    ),
    (
        "{}",
        "{minItems: 1}",
        "incompatible: Thing `spec`: minItems is new: 1",
    ),
    ("{}", "{minLength: 0}", ""),
    ("{minProperties: 1}", "{}", ""),
    // How lists and maps are merged.
    (
        "{}",
        "{x-kubernetes-list-type: map}",
        "incompatible: Thing `spec`: x-kubernetes-list-type is new: \"map\"",
    ),
    ("{}", "{x-kubernetes-list-type: atomic}", ""),
    (
        "{x-kubernetes-list-map-keys: [a]}",
        "{x-kubernetes-list-map-keys: [b]}",
        "incompatible: Thing `spec`: x-kubernetes-list-map-keys was [\"a\"], and is [\"b\"]",
    ),
    (
        "{x-kubernetes-map-type: atomic}",
        "{}",
        "incompatible: Thing `spec`: x-kubernetes-map-type is gone, and was \"atomic\"",
    ),
    ("{}", "{x-kubernetes-map-type: granular}", ""),
    // Rules.
    (
        "{}",
        "{x-kubernetes-validations: [{rule: self > 1, message: m}]}",
        "may refuse: Thing `spec`: has a new rule: self > 1",
    ),
    (
        "{x-kubernetes-validations: [{rule: self > 1}]}",
        "{x-kubernetes-validations: [{rule: self > 2}]}",
        "may refuse: Thing `spec`: has a new rule: self > 2",
    ),
    (
        "{x-kubernetes-validations: [{rule: self > 1}]}",
        "{x-kubernetes-validations: [{rule: 'self  > 1', message: other}]}",
        "",
    ),
    ("{x-kubernetes-validations: [{rule: self > 1}]}", "{}", ""),
    // What is filled in.
    (
        "{}",
        "{default: 1}",
        "differs: Thing `spec`: default is new: 1",
    ),
    (
        "{default: 1}",
        "{default: 2}",
        "differs: Thing `spec`: default was 1, and is 2",
    ),
    (
        "{default: 1}",
        "{}",
        "differs: Thing `spec`: default is gone, and was 1",
    ),
    // Inside of others.
    (
        "{items: {properties: {a: {maxLength: 2}}}}",
        "{items: {properties: {a: {maxLength: 1}}}}",
        "incompatible: Thing `spec[].a`: maxLength was 2, and is 1",
    ),
    (
        "{additionalProperties: {maxLength: 2}}",
        "{additionalProperties: {maxLength: 1}}",
        "incompatible: Thing `spec{}`: maxLength was 2, and is 1",
    ),
    (
        "{additionalProperties: {}}",
        "{properties: {a: {}}}",
        "incompatible: Thing `spec`: takes fixed fields only, and no others",
    ),
    (
        "{additionalProperties: true}",
        "{additionalProperties: {type: string}}",
        "may refuse: Thing `spec`: its values are judged now",
    ),
    (
        "{additionalProperties: {type: string}}",
        "{additionalProperties: true}",
        "",
    ),
    // What is not known here is told; words for people are not.
    (
        "{}",
        "{not: {pattern: a}}",
        "may refuse: Thing `spec`: not is new: {\"pattern\":\"a\"}",
    ),
    ("{description: a}", "{description: b, title: c}", ""),
];

#[test]
fn what_is_incompatible_is_told_and_its_twin_is_not() {
    for (old, new, expected) in SCHEMAS {
        let told = told(&definition(&yaml(old)), &definition(&yaml(new)));
        assert_eq!(told.join("|"), *expected, "{old} to {new}");
    }
}
