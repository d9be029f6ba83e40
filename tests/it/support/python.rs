//! The Python peer of `tests/interop/python` (bovine and fediverse-pasture), driven over its control calls. A missing environment
//! fails the test with a sentence: it is never skipped in silence.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// One instance. Dropped, it ends.
pub(crate) struct PythonPeer {
    child: Child,
    base: String,
    http: reqwest::Client,
}

impl PythonPeer {
    /// Starts one; `folder` is where bovine keeps a cache of its own.
    pub(crate) fn start(folder: &Path) -> PythonPeer {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("target/tools/python/bin/python");
        assert!(python.exists(), "the Python peer is not installed: run scripts/test --install");
        let mut child = Command::new(python)
            .current_dir(folder)
            .arg(root.join("tests/interop/python/peer.py"))
            .arg("--until-stdin-closes")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!(
                "the Python peer did not start: run target/tools/python/bin/python tests/interop/python/peer.py to see why"
            )
        });
        let base = format!("http://localhost:{}", ready["port"]);
        PythonPeer { child, base, http: super::app::client() }
    }

    /// A call under `/control` that must succeed.
    pub(crate) async fn get(&self, call: &str) -> Value {
        self.answer(self.http.get(format!("{}/control/{call}", self.base))).await
    }

    /// Posts an activity as `name`, signed; the status that the inbox answered.
    pub(crate) async fn send(&self, name: &str, inbox: &str, activity: &Value) -> Value {
        let order = serde_json::json!({ "as": name, "inbox": inbox, "activity": activity });
        let request = self.http.post(format!("{}/control/send", self.base));
        self.answer(request.header("content-type", "application/json").body(order.to_string())).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Value {
        let response = request.timeout(Duration::from_secs(60)).send().await.unwrap();
        let (status, url) = (response.status(), response.url().clone());
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{url}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for PythonPeer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
