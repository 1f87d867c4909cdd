//! PNG files: an error in one line, or a picture that is centred without a crash.
#![no_main]

use backprop_cli::image_file::decode_png;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match decode_png(bytes) {
        Ok(picture) => {
            assert_eq!(picture.rgba.len(), picture.width * picture.height);
            // A large blank one only takes time.
            if picture.rgba.len() <= 10_000 {
                if let Ok(image) = picture.centred(28, 28) {
                    assert_eq!(image.len(), 784);
                }
                assert_eq!(picture.brightness().len(), picture.rgba.len());
            }
        }
        Err(problem) => assert!(!problem.to_string().contains('\n'), "{problem}"),
    }
});
