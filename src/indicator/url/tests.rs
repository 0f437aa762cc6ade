use super::*;

#[test]
fn views_of_a_url_and_of_its_text_are_equal() {
    for text in ["http://evil.test/", "gopher://evil.test/", "gopher://evil.test:70/", "foo://192.0.2.1"] {
        let mut scratch = UrlScratch::new();
        assert_eq!(canonicalise(text.as_bytes(), &mut scratch).unwrap(), Url::parse(text).unwrap().view(), "{text}");
    }
}
