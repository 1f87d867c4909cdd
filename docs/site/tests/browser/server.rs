//! A web server that is the whole internet: a proxy that has one host. Every page it gives out reports to it what the page
//! asks of others; what the browser asks on its own account is not the pages' doing, and gets no answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The one host there is.
pub const HOST: &str = "book.test";

/// What a page may use: what comes from here or is part of the page.
const POLICY: &str = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; report-uri /others";

pub struct Server {
    pub address: SocketAddr,
    refused: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves a folder, and one page more, `/visit.html`.
    pub fn start(folder: &Path, visit: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let refused = Arc::new(Mutex::new(Vec::new()));
        let (folder, log, visit) = (folder.to_owned(), Arc::clone(&refused), Arc::new(visit));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (folder, log, visit) = (folder.clone(), Arc::clone(&log), Arc::clone(&visit));
                // A browser may close the connection at any time.
                std::thread::spawn(move || answer(stream, &folder, &visit, &log).ok());
            }
        });
        Self { address, refused }
    }

    /// What pages asked of another host, and what was not there.
    pub fn refused(&self) -> Vec<String> {
        self.refused.lock().expect("no thread has panicked").clone()
    }
}

fn answer(
    mut stream: TcpStream,
    folder: &Path,
    visit: &str,
    refused: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut request, mut line, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut request)?;
    while reader.read_line(&mut line)? > 2 {
        let header = line.to_lowercase();
        length =
            header.strip_prefix("content-length:").map_or(length, |value| value.trim().parse().unwrap_or(0));
        line.clear();
    }
    let url = request.split(' ').nth(1).unwrap_or_default();
    let path =
        url.strip_prefix(&format!("http://{HOST}/")).map(|path| path.split('?').next().unwrap_or_default());
    let body = match path {
        Some("visit.html") => Some(visit.as_bytes().to_vec()),
        Some(path) => std::fs::read(folder.join(path)).ok(),
        None => None,
    };
    let Some(body) = body else {
        if path.is_some() {
            let mut report = String::new();
            reader.take(length).read_to_string(&mut report)?;
            refused.lock().expect("no thread has panicked").push(format!("{} {report}", request.trim()));
        }
        return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let kind = match PathBuf::from(path.unwrap_or_default()).extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n")?;
    write!(stream, "Content-Security-Policy-Report-Only: {POLICY}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&body)
}
