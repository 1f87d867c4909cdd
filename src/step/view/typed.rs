//! Numbers as people type them: one reader for the terminal, the page and an editor.

/// Parses a number: `0.5`, `-1.2e-3`, `50 %`, and `0,5`, whose comma can only be a decimal point.
///
/// ```
/// use backprop::step::view::typed::number;
///
/// assert_eq!(number("0,5"), Ok(0.5));
/// assert_eq!(number(" 12.5 % "), Ok(0.125));
/// assert!(number("1,000").is_err()); // 1 or 1000?
/// ```
///
/// # Errors
/// A sentence that says why it is refused, and what to write.
pub fn number(text: &str) -> Result<f64, String> {
    let typed = quoted(text);
    let plain = text.trim().replace('−', "-");
    let (plain, is_share) = match plain.strip_suffix('%') {
        Some(share) => (share.trim_end(), true),
        None => (plain.as_str(), false),
    };
    if plain.is_empty() {
        return Err("there is no number here; write one such as 0.5".to_owned());
    }
    let is_spelled = plain.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,eE".contains(&byte));
    let has_comma = is_spelled && plain.contains(',');
    let plain = if has_comma { with_a_point(plain, &typed)? } else { plain.to_owned() };
    // A percentage has an exponent two lower, so that it is rounded only once.
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((&plain, "0"));
    let exponent = exponent.parse::<i32>().ok().filter(|_| is_spelled && plain.len() < 400);
    let exponent = exponent.map(|exponent| exponent.saturating_sub(if is_share { 2 } else { 0 }));
    let value = exponent.and_then(|exponent| format!("{mantissa}e{exponent}").parse::<f64>().ok());
    let Some(value) = value else {
        return Err(format!("'{typed}' is not a number; write one such as 0.5, -2e-3 or 50%"));
    };
    if !value.is_finite() {
        return Err(format!("'{typed}' is too large for a number"));
    }
    if value == 0.0 && mantissa.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        return Err(format!("'{typed}' is too small for a number; it would be 0"));
    }
    Ok(value)
}

/// Returns what was typed as a message repeats it: without its end if it is long.
fn quoted(text: &str) -> String {
    let mut letters = text.trim().chars();
    let beginning: String = letters.by_ref().take(40).collect();
    let end = if letters.next().is_some() { "…" } else { "" };
    crate::spelled_out(&beginning) + end
}

/// Returns a number with the decimal comma as a point.
fn with_a_point(plain: &str, typed: &str) -> Result<String, String> {
    let (whole, rest) = plain.split_once(',').unwrap_or((plain, ""));
    if rest.contains(',') || plain.contains('.') {
        return Err(format!("'{typed}' is not one number; write it without separators, with a point"));
    }
    let decimals = rest.split(['e', 'E']).next().unwrap_or_default();
    let digits = whole.trim_start_matches(['-', '+']);
    if decimals.len() == 3 && (1..=3).contains(&digits.len()) && !digits.starts_with('0') {
        let [point, none] = [".", ""].map(|separator| quoted(&[whole, rest].join(separator)));
        return Err(format!("'{typed}' can be {point} or {none}; write one of them"));
    }
    Ok(format!("{whole}.{rest}"))
}

/// Parses a whole number, exactly: digits and nothing else.
///
/// # Errors
/// A sentence that says what to write.
pub fn count(text: &str) -> Result<u64, String> {
    let typed = quoted(text);
    let digits = text.trim();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("'{typed}' is not a whole number; write digits only, such as 16"));
    }
    digits.parse().map_err(|_| format!("'{typed}' is too large; the largest is {}", u64::MAX))
}

/// Parses the sizes of layers, `3,4,2`, separated by commas, semicolons, blanks, `-` or `x`.
///
/// # Errors
/// A sentence that names the part that is not a whole number.
pub fn sizes(text: &str) -> Result<Vec<usize>, String> {
    let parts = text.split([',', ';', '-', '–', '×', 'x', ' ', '\t']).map(str::trim);
    let sizes = parts.filter(|part| !part.is_empty()).map(|part| {
        let size = count(part).map_err(|problem| format!("{problem}; write sizes such as 3,4,2"))?;
        usize::try_from(size).map_err(|_| format!("a layer of {size} nodes is too large"))
    });
    let sizes: Vec<usize> = sizes.collect::<Result<_, _>>()?;
    if sizes.is_empty() {
        Err("there are no sizes here; write some such as 3,4,2".to_owned())
    } else {
        Ok(sizes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_can_be_read_in_one_way_is_read() {
        let read = [
            ("0,5", 0.5),
            ("1,5", 1.5),
            (",5", 0.5),
            ("-0,125", -0.125),
            ("0,500", 0.5),
            ("1,2345", 1.2345),
            ("1,5e-3", 1.5e-3),
            ("−2", -2.0),
            ("+3.", 3.0),
            ("50%", 0.5),
            ("0,1 %", 0.001),
            ("7%", 0.07),
            ("1e2%", 1.0),
            ("1E-300", 1e-300),
            ("-0", 0.0),
            ("0e999", 0.0),
        ];
        for (text, value) in read {
            assert_eq!(number(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_in_words() {
        for text in [
            "",
            " ",
            "x",
            "nan",
            "inf",
            "-inf",
            "infinity",
            "1e400",
            "1e-400",
            "1 5",
            "1,000",
            "12,345",
            "1.000,5",
            "1,000,000",
            "1,2,3",
            "0x10",
            "1_000",
            "50%%",
            "%",
            "1e",
            "e5",
            "--1",
            "1e5.5",
            "1e99999999999",
            "½",
            "0,5;",
            "1,5,",
            ".",
            "-",
            "1\n5",
        ] {
            let sentence = number(text).expect_err(text);
            assert!(sentence.len() > 15 && !sentence.contains('\n'), "{text:?}: {sentence}");
        }
        assert_eq!(number("1,000"), Err("'1,000' can be 1.000 or 1000; write one of them".to_owned()));
    }

    #[test]
    fn counts_are_exact_and_sizes_have_many_separators() {
        assert_eq!(count(" 18446744073709551615 "), Ok(u64::MAX));
        for text in ["", "-1", "1.5", "1e3", "18446744073709551616", "٣", "1,000"] {
            assert!(count(text).is_err(), "{text}");
        }
        for text in ["2,3,2", "2;3;2", "2-3-2", "2 3 2", " 2, 3 ,2 ", "2×3×2", "2x3x2"] {
            assert_eq!(sizes(text), Ok(vec![2, 3, 2]), "{text}");
        }
        for text in ["", ",", "2,a", "2.5,1", "0,5e1"] {
            assert!(sizes(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_as_rust_writes_it_comes_back(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(number(&format!("{value:e}")), Ok(value));
            let with_comma = format!("{value:e}").replace('.', ",");
            let decimals = with_comma.split([',', 'e']).nth(1).map_or(0, str::len);
            // Three decimals could be the next three digits of a whole number.
            prop_assert!(decimals == 3 || number(&with_comma) == Ok(value), "{}", with_comma);
        }

        #[test]
        fn no_text_is_a_panic_or_another_number(text in "[-+0-9.,eE% ]{0,12}") {
            let (typed, rust) = (number(&text), text.trim().parse::<f64>());
            if let (Ok(typed), Ok(rust)) = (typed, rust) {
                prop_assert_eq!(typed, rust);
            }
        }

        #[test]
        fn a_refusal_is_one_line_without_control_characters(text in "[1,e%\x00\n\u{202e}]{0,7}") {
            for problem in [number(&text).err(), count(&text).err(), sizes(&text).err()].into_iter().flatten() {
                prop_assert_eq!(crate::spelled_out(&problem), &*problem);
            }
        }
    }
}
