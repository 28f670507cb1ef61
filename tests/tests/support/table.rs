// SPDX-License-Identifier: Apache-2.0

//! What `kubectl get` prints: the API server makes it.

use kube::Client;
use kube::api::ListParams;
use serde_json::Value;

use super::kind;

/// The server's own table of all objects of `of`: names of columns (`+` before those that only `-o wide` shows), and rows
/// without their ages.
pub(crate) async fn table(
    client: &Client,
    namespace: &str,
    of: &str,
) -> (Vec<String>, Vec<Vec<Value>>) {
    let kind = kind(of);
    let path = format!(
        "/apis/{}/namespaces/{namespace}/{}",
        kind.api_version(),
        kind.plural
    );
    let mut request = kube::core::Request::new(path)
        .list(&ListParams::default())
        .unwrap();
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
        .parse()
        .unwrap();
    request.headers_mut().insert("accept", accept);
    let table: Value = client.request(request).await.unwrap();
    let columns = table["columnDefinitions"].as_array().unwrap();
    let names: Vec<_> = columns
        .iter()
        .map(|column| {
            let wide = column["priority"] != 0;
            format!(
                "{}{}",
                if wide { "+" } else { "" },
                column["name"].as_str().unwrap()
            )
        })
        .collect();
    let age = names.iter().position(|name| name == "Age").unwrap();
    let cells = |row: &Value| {
        let mut cells = row["cells"].as_array().unwrap().clone();
        cells.remove(age);
        cells
    };
    let rows = table["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(cells)
        .collect();
    (names, rows)
}
