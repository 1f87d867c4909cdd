//! data/get-mnist.sh against a server on this machine.

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::mnist::mnist_folder;

/// Serves the files of a folder over HTTP to whoever asks, until the test ends. Returns the address.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let path = request.split_whitespace().nth(1).unwrap_or("/").trim_start_matches('/');
            let reply = match std::fs::read(folder.join(path)) {
                Ok(body) => {
                    [format!("HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes(), body]
                        .concat()
                }
                Err(_) => b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
            };
            // A client that has hung up shows in the script's exit status.
            let _ = stream.write_all(&reply);
        }
    });
    address
}

fn get_mnist(address: &str, folder: &Path) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/get-mnist.sh");
    let mut command = Command::new("sh");
    command.arg(script).arg(folder).env("MNIST_URL", address).env("no_proxy", "127.0.0.1");
    command.output().expect("sh starts")
}

/// Whether the script has what it needs; in CI it must.
fn can_download() -> bool {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let can = has("curl") || has("wget");
    assert!(can || std::env::var_os("CI").is_none(), "CI needs curl or wget");
    if !can {
        eprintln!("not tested: neither curl nor wget is installed");
    }
    can
}

#[test]
fn a_file_that_is_not_mnist_is_refused_and_not_kept() {
    if !can_download() {
        return;
    }
    let (served, target) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    std::fs::write(served.path().join("train-images-idx3-ubyte.gz"), b"not MNIST").expect("writable");
    let output = get_mnist(&serve(served.path().to_owned()), target.path());
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("is not MNIST's train-images-idx3-ubyte"), "{message}");
    assert_eq!(std::fs::read_dir(target.path()).expect("readable").count(), 0);
}

#[test]
fn a_missing_file_is_reported_with_its_address() {
    if !can_download() {
        return;
    }
    let (served, target) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let address = serve(served.path().to_owned());
    let output = get_mnist(&address, target.path());
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains(&format!("could not fetch {address}/train-images-idx3-ubyte.gz")), "{message}");
    assert_eq!(std::fs::read_dir(target.path()).expect("readable").count(), 0);
}

#[test]
#[ignore = "needs the real MNIST: set BACKPROP_MNIST to its folder"]
fn the_real_files_are_fetched_verified_and_not_fetched_again() {
    let target = tempfile::tempdir().expect("folder");
    let address = serve(mnist_folder());
    let output = get_mnist(&address, target.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).matches(": verified").count(), 4);
    let again = get_mnist("http://127.0.0.1:9", target.path());
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(String::from_utf8_lossy(&again.stdout).matches(": already here").count(), 4);
}
