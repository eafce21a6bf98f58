/* The ciphers against published vectors, and what changed bytes give. */
#include "fixture.h"
#include "seal/cipher.h"

/* D. McGrew, J. Viega: The Galois/Counter Mode of Operation, appendix B (cases 1, 4, 13, 14, 16),
 * as submitted to NIST for SP 800-38D. */
static const struct {
	const char *key, *nonce, *text, *associated, *sealed;
} GCM[] = {
    {"00000000000000000000000000000000", "000000000000000000000000", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {"feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "525"
     "b16aedf5aa0de657ba637b39",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84a"
     "a05"
     "1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "00000000000000000000000000000000", "",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "525"
     "b16aedf5aa0de657ba637b39",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "838"
     "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
};

START_TEST(test_gcm)
{
	bytes key = from_hex("", GCM[_i].key), nonce = from_hex("", GCM[_i].nonce);
	bytes text = from_hex("", GCM[_i].text), more = from_hex("", GCM[_i].associated);
	bytes sealed = from_hex("", GCM[_i].sealed);
	korch__span key_span = KORCH__SPAN(key.data, key.length);
	korch__span more_span = KORCH__SPAN(more.data, more.length);
	uint8_t out[256], back[256];
	size_t n = text.length + KORCH__GCM_MORE;
	memcpy(out, nonce.data, nonce.length);
	ck_assert_int_eq(korch__gcm_seal(out, key_span, KORCH__SPAN(text.data, text.length), more_span),
	                 0);
	ck_assert_mem_eq(out + KORCH__GCM_NONCE, sealed.data, sealed.length);
	ck_assert_int_eq(korch__gcm_open(back, key_span, KORCH__SPAN(out, n), more_span), 0);
	ck_assert(text.length == 0 || memcmp(back, text.data, text.length) == 0);
	/* Each single bit counts, and what does not open leaves zeros. */
	for (size_t bit = 0; bit < 8 * n; bit++) {
		out[bit / 8] ^= (uint8_t)(1u << bit % 8);
		memset(back, 7, sizeof(back));
		ck_assert_int_eq(korch__gcm_open(back, key_span, KORCH__SPAN(out, n), more_span),
		                 KORCH_E_INVALID);
		for (size_t i = 0; i < text.length; i++)
			ck_assert_uint_eq(back[i], 0);
		out[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t cut = 0; cut < n; cut++)
		ck_assert_int_eq(korch__gcm_open(back, key_span, KORCH__SPAN(out, cut), more_span),
		                 KORCH_E_INVALID);
	bytes all[] = {key, nonce, text, more, sealed};
	for (size_t i = 0; i < 5; i++)
		free(all[i].data);
}
END_TEST

/* NIST SP 800-38A, F.2.5: the first block of CBC-AES256; the second is the padding. */
START_TEST(test_cbc)
{
	bytes key = from_hex("", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
	bytes text = from_hex("", "6bc1bee22e409f96e93d7e117393172a");
	bytes wanted = from_hex("", "f58c4c04d6e5f1ba779eabfb5f7bfbd6");
	korch__span key_span = KORCH__SPAN(key.data, key.length);
	uint8_t out[64], back[64];
	size_t n = 0, n_back = 0;
	for (uint8_t i = 0; i < 16; i++)
		out[i] = i;
	ck_assert_int_eq(korch__cbc_seal(out, &n, key_span, KORCH__SPAN(text.data, 16)), 0);
	ck_assert_uint_eq(n, 48);
	ck_assert_mem_eq(out + 16, wanted.data, 16);
	ck_assert_int_eq(korch__cbc_open(back, &n_back, key_span, KORCH__SPAN(out, n)), 0);
	ck_assert_uint_eq(n_back, 16);
	ck_assert_mem_eq(back, text.data, 16);
	out[n - 1] ^= 1; /* the padding becomes another */
	memset(back, 7, sizeof(back));
	ck_assert_int_eq(korch__cbc_open(back, &n_back, key_span, KORCH__SPAN(out, n)),
	                 KORCH_E_INVALID);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(back[i], 0);
	ck_assert_int_eq(korch__cbc_open(back, &n_back, key_span, KORCH__SPAN(out, n - 1)),
	                 KORCH_E_INVALID);
	ck_assert_int_eq(korch__cbc_open(back, &n_back, key_span, KORCH__SPAN(out, 16)),
	                 KORCH_E_INVALID);
	free(key.data);
	free(text.data);
	free(wanted.data);
}
END_TEST

START_TEST(test_wrong_key_length)
{
	uint8_t out[64] = {0};
	size_t n = 0;
	korch__span key = KORCH__SPAN("0123456789abcdef0", 17), text = KORCH__SPAN("x", 1);
	ck_assert_int_eq(korch__gcm_seal(out, key, text, text), KORCH_E_INTERNAL);
	ck_assert_int_eq(korch__cbc_seal(out, &n, key, text), KORCH_E_INTERNAL);
}
END_TEST

KORCH_SUITE(cipher)
{
	Suite *suite = suite_create("seal/cipher");
	TCase *vectors = tcase_create("gcm");
	tcase_add_loop_test(vectors, test_gcm, 0, (int)(sizeof(GCM) / sizeof(GCM[0])));
	suite_add_tcase(suite, vectors);
	KORCH_CASE(suite, "cbc", test_cbc, test_wrong_key_length);
	return suite;
}
