//! `backprop get-mnist` against a server on this machine.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testkit::mnist::mnist_folder;

/// Serves the files of a folder over HTTP until the test ends. Returns the address.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let path = request.split_whitespace().nth(1).unwrap_or("/").trim_start_matches('/');
            let (status, body) = match std::fs::read(folder.join(path)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            // A client that has hung up shows in the program's exit status.
            let _ = stream.write_all(&[head.as_bytes(), &body].concat());
        }
    });
    address
}

fn get_mnist(address: &str, folder: &Path) -> Output {
    let mut command = Command::new(testkit::program());
    command.arg("get-mnist").arg(folder).args(["--url", address]).env("no_proxy", "127.0.0.1");
    command.output().expect("the program starts")
}

/// Returns `true` if curl is installed; in CI it must be.
fn can_download() -> bool {
    let can = Command::new("curl").arg("--version").output().is_ok();
    assert!(can || std::env::var_os("CI").is_none(), "CI needs curl");
    if !can {
        eprintln!("not tested: curl is not installed");
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
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("is not MNIST's train-images-idx3-ubyte"), "{message}");
    assert_eq!(std::fs::read_dir(target.path()).expect("readable").count(), 0);
}

#[test]
fn folders_made_for_nothing_are_removed() {
    if !can_download() {
        return;
    }
    let (served, target) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let address = serve(served.path().to_owned());
    assert_eq!(get_mnist(&address, &target.path().join("data/mnist")).status.code(), Some(2));
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
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains(&format!("could not fetch {address}/train-images-idx3-ubyte.gz")), "{message}");
    assert_eq!(std::fs::read_dir(target.path()).expect("readable").count(), 0);
}

/// Checks that the program refuses to work in a folder, in one line that says why.
fn refused(folder: &Path, part: &str) {
    let output = get_mnist("http://127.0.0.1:9", folder);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{message}");
    assert!(message.contains(part), "{message}");
}

#[test]
fn a_file_with_other_contents_is_kept_unless_asked_otherwise() {
    if !can_download() {
        return;
    }
    let target = tempfile::tempdir().expect("folder");
    let file = target.path().join("train-images-idx3-ubyte.gz");
    std::fs::write(&file, b"years of work").expect("writable");
    refused(target.path(), "there is already a file, and it is not MNIST's");
    refused(target.path(), "--force");
    assert_eq!(std::fs::read(&file).expect("kept"), b"years of work");
    let mut command = Command::new(testkit::program());
    command.arg("get-mnist").arg(target.path()).args(["--force", "--url", "http://127.0.0.1:9"]);
    let output = command.env("no_proxy", "127.0.0.1").output().expect("the program starts");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("could not fetch"), "{message}");
    assert_eq!(std::fs::read(&file).expect("kept"), b"years of work", "nothing came to replace it");
}

#[cfg(unix)]
#[test]
fn what_curl_says_is_shown_with_its_control_characters_spelled_out() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("folder");
    let curl = folder.path().join("curl");
    std::fs::write(&curl, "#!/bin/sh\nprintf 'gone\\033[2J\\033]0;x\\007\\n' >&2\nexit 7\n")
        .expect("writable");
    std::fs::set_permissions(&curl, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let mut command = Command::new(testkit::program());
    command.arg("get-mnist").arg(folder.path().join("mnist")).args(["--url", "http://\u{1b}[31m"]);
    let output = command.env("PATH", folder.path()).output().expect("the program starts");
    let message = String::from_utf8(output.stderr).expect("text");
    assert!(message.contains(r"could not fetch http://\u{1b}[31m/train-images"), "{message:?}");
    assert!(message.contains(r"(gone\u{1b}[2J\u{1b}]0;x\u{7})"), "{message:?}");
    assert!(!message.contains('\u{1b}') && message.lines().count() == 1, "{message:?}");
}

#[cfg(unix)]
#[test]
fn a_device_a_pipe_or_a_folder_is_neither_read_nor_replaced() {
    for name in ["t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz"] {
        let target = tempfile::tempdir().expect("folder");
        let place = target.path().join(name);
        std::os::unix::fs::symlink("/dev/zero", &place).expect("new");
        refused(target.path(), "it is a device, not a file");
        std::fs::remove_file(&place).expect("still there");
        assert!(Command::new("mkfifo").arg(&place).status().expect("mkfifo is there").success());
        refused(target.path(), "it is a pipe, not a file");
        std::fs::remove_file(&place).expect("still there");
        std::fs::create_dir(&place).expect("new");
        refused(target.path(), "it is a folder");
        assert_eq!(std::fs::read_dir(target.path()).expect("readable").count(), 1);
    }
}

/// A server that answers every request with a header and then as `body` does. Returns the address.
fn serve_with(body: fn(std::net::TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                lines.take_while(|line| !line.is_empty()).for_each(drop);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\x1f\x8b");
                body(stream);
            });
        }
    });
    address
}

fn stalled(stream: std::net::TcpStream) {
    std::thread::sleep(std::time::Duration::from_mins(2));
    drop(stream);
}

#[test]
fn a_body_that_never_ends_is_cut_off_and_not_kept() {
    if !can_download() {
        return;
    }
    let target = tempfile::tempdir().expect("folder");
    let address = serve_with(|mut stream| while stream.write_all(&vec![7; 1 << 16]).is_ok() {});
    let output = get_mnist(&address, target.path());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{message}");
    assert!(message.contains("is not MNIST's train-images-idx3-ubyte.gz: it is too long"), "{message}");
    assert_eq!(std::fs::read_dir(target.path()).expect("readable").count(), 0);
}

#[test]
fn a_server_that_sends_nothing_is_left_after_the_timeout() {
    if !can_download() {
        return;
    }
    let target = tempfile::tempdir().expect("folder");
    let mut command = Command::new(testkit::program());
    command.arg("get-mnist").arg(target.path()).args(["--timeout", "1", "--url", &serve_with(stalled)]);
    let began = std::time::Instant::now();
    let output = command.env("no_proxy", "127.0.0.1").output().expect("the program starts");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("could not fetch") && message.contains("try again"), "{message}");
    assert!(began.elapsed().as_secs() < 60, "it waited for {:?}", began.elapsed());
    assert_eq!(std::fs::read_dir(target.path()).expect("readable").count(), 0);
}

#[test]
fn a_second_program_that_fetches_into_the_folder_is_told_of_the_first() {
    if !can_download() {
        return;
    }
    let target = tempfile::tempdir().expect("folder");
    let mut command = Command::new(testkit::program());
    command.arg("get-mnist").arg(target.path()).args(["--url", &serve_with(stalled)]);
    let mut first = command.env("no_proxy", "127.0.0.1").spawn().expect("the program starts");
    while !target.path().join(".train-images-idx3-ubyte.gz.backprop-lock").exists() {
        assert!(first.try_wait().expect("ours").is_none(), "it ends without a lock");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    refused(target.path(), &format!("another process ({}) is fetching it", first.id()));
    first.kill().expect("ours");
    first.wait().expect("ours");
}

/// A server that answers every request with these bytes, the last of them one by one.
fn serve_bytes(answer: &'static str, slowly: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                lines.take_while(|line| !line.is_empty()).for_each(drop);
                let _ = stream.write_all(answer.as_bytes());
                for byte in slowly.as_bytes().iter().cycle().take(100 * slowly.len()) {
                    if stream.write_all(&[*byte]).is_err() {
                        break;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(200));
                }
            });
        }
    });
    address
}

#[test]
fn what_a_strange_server_sends_is_refused_in_one_line_and_in_time() {
    if !can_download() {
        return;
    }
    for (answer, slowly, part) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nshort", "", "could not fetch"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nlonger",
            "",
            "its checksum differs",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "drop by drop", "could not fetch"),
        ("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", "", "could not fetch"),
        (
            "HTTP/1.1 302 Found\r\nLocation: file:///dev/zero\r\nContent-Length: 0\r\n\r\n",
            "",
            "could not fetch",
        ),
        ("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "", "500"),
        ("\u{1b}[31m", "", "could not fetch"),
        ("", "", "could not fetch"),
    ] {
        let target = tempfile::tempdir().expect("folder");
        let mut command = Command::new(testkit::program());
        command.arg("get-mnist").arg(target.path()).args([
            "--timeout",
            "1",
            "--url",
            &serve_bytes(answer, slowly),
        ]);
        let began = std::time::Instant::now();
        let output = command.env("no_proxy", "127.0.0.1").output().expect("the program starts");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{answer}: {message}");
        assert!(message.contains(part) && !message.contains('\u{1b}'), "{answer}: {message}");
        assert!(began.elapsed().as_secs() < 15, "{answer}: it waited for {:?}", began.elapsed());
        assert_eq!(std::fs::read_dir(target.path()).expect("readable").count(), 0, "{answer}");
    }
}

#[test]
fn of_three_that_fetch_at_once_one_does_and_the_others_say_so() {
    if !can_download() {
        return;
    }
    let target = tempfile::tempdir().expect("folder");
    let address = serve_bytes("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", "slow");
    let start = |()| {
        let mut command = Command::new(testkit::program());
        command.arg("get-mnist").arg(target.path()).args(["--timeout", "3", "--url", &address]);
        command.env("no_proxy", "127.0.0.1").stderr(std::process::Stdio::piped()).spawn().expect("it starts")
    };
    let ended = [(); 3].map(start).map(|child| child.wait_with_output().expect("ours"));
    let told = ended.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
    let waits = told.iter().filter(|text| text.contains(") is fetching it; wait until that ends")).count();
    let fetched = told.iter().filter(|text| text.contains("could not fetch")).count();
    assert!(fetched >= 1 && waits + fetched == 3 && waits >= 1, "{told:?}");
    assert_eq!(std::fs::read_dir(target.path()).expect("readable").count(), 0);
}

#[cfg(unix)]
#[test]
fn options_of_the_user_s_curlrc_are_not_used() {
    if !can_download() {
        return;
    }
    let (served, target) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    std::fs::write(served.path().join("train-images-idx3-ubyte.gz"), b"not MNIST").expect("writable");
    let elsewhere = served.path().join("elsewhere");
    let curlrc = format!("output = {}", elsewhere.display());
    std::fs::write(served.path().join(".curlrc"), curlrc).expect("writable");
    let mut command = Command::new(testkit::program());
    command.arg("get-mnist").arg(target.path()).args(["--url", &serve(served.path().to_owned())]);
    let output =
        command.env("no_proxy", "127.0.0.1").env("HOME", served.path()).env("CURL_HOME", served.path());
    let message = String::from_utf8(output.output().expect("it starts").stderr).expect("text");
    assert!(message.contains("is not MNIST's train-images-idx3-ubyte.gz: its checksum differs"), "{message}");
    assert!(!elsewhere.exists());
}

#[test]
#[ignore = "needs the real MNIST: set BACKPROP_MNIST to its folder"]
fn the_real_files_are_fetched_verified_and_not_fetched_again() {
    let target = tempfile::tempdir().expect("folder");
    let address = serve(mnist_folder());
    let output = get_mnist(&address, target.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).matches(": verified").count(), 4);
    std::fs::remove_file(target.path().join("train-images-idx3-ubyte.gz")).expect("fetched");
    let fetched = get_mnist(&address, target.path());
    assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    assert_eq!(String::from_utf8_lossy(&fetched.stdout).matches(": verified").count(), 1);
    assert_eq!(std::fs::read_dir(target.path()).expect("readable").count(), 4);
    let again = get_mnist("http://127.0.0.1:9", target.path());
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(String::from_utf8_lossy(&again.stdout).matches(": already here").count(), 4);
}
