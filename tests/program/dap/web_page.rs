//! A web page cannot talk to a port of this machine: what a browser sends is closed at its first line.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};

use serde_json::json;

use crate::port::{Adapter, PATIENCE, body};

/// The bytes of a connection.
struct Conversation {
    sent: Vec<u8>,
    answered: Vec<u8>,
}

/// Opens a port that passes everything on to an adapter. Returns it, and what was said on each connection.
fn eavesdrop(address: String) -> (u16, Receiver<Conversation>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for browser in listener.incoming().flatten() {
            let (address, sender) = (address.clone(), sender.clone());
            std::thread::spawn(move || {
                let (mut browser, mut adapter) = (browser, TcpStream::connect(address).expect("it listens"));
                let (mut from_browser, mut to_adapter) =
                    (browser.try_clone().expect("a copy"), adapter.try_clone().expect("a copy"));
                let sent = std::thread::spawn(move || {
                    let mut sent = Vec::new();
                    let mut bytes = [0; 4096];
                    while let Ok(count @ 1..) = from_browser.read(&mut bytes) {
                        sent.extend(&bytes[..count]);
                        let _ = to_adapter.write_all(&bytes[..count]);
                    }
                    sent
                });
                let mut answered = Vec::new();
                adapter.set_read_timeout(Some(PATIENCE)).expect("a socket");
                let _ = adapter.read_to_end(&mut answered);
                let _ = browser.write_all(&answered);
                let _ = browser.shutdown(Shutdown::Both);
                let _ = sender.send(Conversation { sent: sent.join().expect("it ends"), answered });
            });
        }
    });
    (port, receiver)
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn a_web_page_executes_nothing() {
    let adapter = Adapter::start(None);
    let (port, connections) = eavesdrop(adapter.address.clone());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = folder.path().join("page.html");
    std::fs::write(&page, "<html data-ready=true><body></body></html>").expect("writable");
    let mut browser = testkit::devtools::Browser::open(&page, "", &[]);
    let launch = json!(body("launch", &json!({ "data": "xor", "sizes": [2, 2, 1] })));
    for attack in [
        format!("fetch('http://127.0.0.1:{port}/', {{ method: 'POST', mode: 'no-cors', body: {launch} }}).catch(() => 0)"),
        format!("new Promise((done) => {{ const socket = new WebSocket('ws://127.0.0.1:{port}/');
            socket.onopen = () => socket.send({launch}); socket.onclose = () => done(0); }})"),
        format!("(() => {{ const form = document.createElement('form'); form.method = 'POST'; form.enctype = 'text/plain';
            form.action = 'http://127.0.0.1:{port}/'; const field = document.createElement('textarea');
            field.name = {launch}; form.append(field); document.body.append(form); form.submit(); }})()"),
    ] {
        browser.evaluate(&attack);
        let Conversation { sent, answered } = connections.recv().expect("the browser has connected");
        let sent = String::from_utf8_lossy(&sent);
        assert!(sent.contains(" HTTP/1.1\r\n"), "{attack}: {sent}");
        assert_eq!(String::from_utf8_lossy(&answered), "", "{attack}");
    }
    adapter.serves(&json!({}));
}
