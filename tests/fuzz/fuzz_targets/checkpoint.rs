//! Checkpoints: as they are, and with a first line whose checksum is right, so that the body is reached.
#![no_main]

use backprop::training::Checkpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    read(data);
    let mut crc = flate2::Crc::new();
    crc.update(data);
    let mut whole = format!("backprop-checkpoint 1 crc32 {:08x} bytes {}\n", crc.sum(), data.len()).into_bytes();
    whole.extend_from_slice(data);
    read(&whole);
});

fn read(bytes: &[u8]) {
    match Checkpoint::from_bytes(bytes) {
        Ok(checkpoint) => {
            let written = checkpoint.to_bytes().expect("what was read can be written");
            assert_eq!(Checkpoint::from_bytes(&written).expect("it was written"), checkpoint);
        }
        Err(problem) => assert!(!problem.to_string().contains('\n'), "{problem}"),
    }
}
