//! The service as a process, and a client for it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::Value;

/// A running service. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    lines: Receiver<String>,
}

impl Server {
    /// Starts the service with the configuration in a folder, in which its database is. Without a fixed time, it has the clock of
    /// the system.
    pub(crate) fn start(folder: &Path, now: Option<&str>) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_deskmetrics-service"))
            .arg("service.toml")
            .args(now)
            .current_dir(folder)
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program that starts");
        let messages = BufReader::new(child.stderr.take().expect("its messages"));
        let (sender, lines) = mpsc::channel();
        // A full pipe would block it.
        std::thread::spawn(move || {
            messages.lines().map_while(Result::ok).for_each(|line| {
                let _ = sender.send(line);
            });
        });
        let mut server = Self { child, address: String::new(), lines };
        server.address = server.message("listening on http://");
        server
    }

    /// What follows in its next message that begins with a text.
    pub(crate) fn message(&self, start: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(30)).expect("a message in time");
            if let Some(rest) = line.strip_prefix(start) {
                break rest.to_owned();
            }
        }
    }

    /// Ends it at once, as SIGKILL does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a process");
        self.child.wait().expect("an ended process");
    }

    /// The status and text of a response.
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = self.send(method, path, body);
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("a response");
        let (head, text) = response.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, text.to_owned())
    }

    /// Sends a request without waiting for the response.
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .expect("a request sent");
        stream
    }

    /// The body of a successful response.
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, text) = self.request("GET", path, "");
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An empty folder with the configuration of the example, on a free port.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("service.toml");
    let rules = fs::read_to_string(path).expect("the configuration");
    edit(&folder, &rules, &[("127.0.0.1:8080", "127.0.0.1:0")]);
    folder
}

/// Writes a configuration with some texts replaced.
pub(crate) fn edit(folder: &Path, rules: &str, replaced: &[(&str, &str)]) -> String {
    let mut rules = rules.to_owned();
    for (from, to) in replaced {
        assert!(rules.contains(from), "the configuration has no {from}");
        rules = rules.replace(from, to);
    }
    fs::write(folder.join("service.toml"), &rules).expect("a configuration written");
    rules
}
