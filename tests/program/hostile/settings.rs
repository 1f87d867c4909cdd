//! Settings that cannot train are refused, or the report names the one at fault.

use crate::limits::{backprop, folder, run};

#[test]
fn the_largest_lambda_that_works_is_named_and_works() {
    let folder = folder();
    run(&mut backprop("train --data xor --l2 100 --rate 1", &folder)).refused(&[
        "lambda 100.0 at rate 1.0 multiplies every weight by -2.400e1",
        "lambda may be up to 4.0",
    ]);
    let ended = run(&mut backprop("train --data xor --l2 4 --rate 1", &folder)).succeeded();
    assert!(ended.stdout.contains("Regularisation takes 100 % of every weight"), "{ended:?}");
    run(&mut backprop("train --data xor --l2 1e308", &folder)).refused(&["lambda may be up to 13.33"]);
}
