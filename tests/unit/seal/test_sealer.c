/* Sealing and opening under keys of the program's own, and what is bound to what. */
#include "fixture.h"

/* Made with another implementation (python-cryptography) after the description in docs/secrets.md.
 */
#define ENVELOPE                                                                                   \
	"003c32333435363738393a3b3c3d0e92250b09f14f2cbdd638558f38292fbe6ac15a5590793431fbe97b53d67d95" \
	"db7eea5ab6f1c78e2b6aef5fe8196b446465666768696a6b6c6d6e6f23ecca4f1267d6ebfec12bac74db89a0110a" \
	"4b469952ba361c54e39c7e751f1757"

static const char *const ONE[] = {"k1=" KEY_HEX};

START_TEST(test_there_and_back)
{
	korch_sealer *sealer = sealer_of(ONE, 1, NULL);
	static const char *const TEXTS[] = {"", "x", PLAIN, "{\"data\":{\"a\":\"bG9uZ2VyIHRleHQ=\"}}"};
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
		korch_seal_value value = value_of(&korch_secret_kind, "db", TEXTS[i], strlen(TEXTS[i]));
		bytes a = seal(sealer, &value), b = seal(sealer, &value);
		ck_assert(a.length >= 17 && memcmp(a.data, "korch:seal:v1:k1:", 17) == 0);
		ck_assert(a.length != b.length || memcmp(a.data, b.data, a.length) != 0);
		ck_assert(strlen(TEXTS[i]) < 2 || !memmem(a.data, a.length, TEXTS[i], strlen(TEXTS[i])));
		value.data = a.data;
		value.length = a.length;
		check_opens(sealer, &value, TEXTS[i]);
		ck_assert_int_eq(korch_sealer_is_old(sealer, &value, NULL), 0);
		free(a.data);
		free(b.data);
	}
	korch_sealer_free(sealer);
}
END_TEST

START_TEST(test_known_envelope)
{
	korch_sealer *sealer = sealer_of(ONE, 1, NULL);
	bytes sealed = from_hex("korch:seal:v1:k1:", ENVELOPE);
	korch_seal_value value = value_of(&korch_secret_kind, "db", sealed.data, sealed.length);
	check_opens(sealer, &value, PLAIN);
	free(sealed.data);
	korch_sealer_free(sealer);
}
END_TEST

/* A sealed value in another place: each part of the place counts, and no two run together. */
START_TEST(test_swapped)
{
	korch_sealer *sealer = sealer_of(
	    ONE, 1,
	    &(korch_sealer_options){.resources = (const char *[]){"secrets", "*."}, .n_resources = 2});
	korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	bytes sealed = seal(sealer, &value);
	value.data = sealed.data;
	value.length = sealed.length;
	check_opens(sealer, &value, PLAIN);
	korch_seal_value moved[] = {value, value, value, value, value, value};
	moved[0].key.name = "dc";
	moved[1].key.namespace_ = "other";
	moved[2].key.kind = &korch_config_map_kind;
	moved[3].store = "store-2";
	moved[4].store = NULL;
	moved[5].key.namespace_ = "defaultd"; /* "default" "db" against "defaultd" "b" */
	moved[5].key.name = "b";
	for (size_t i = 0; i < 6; i++)
		check_fails(sealer, &moved[i], KORCH_E_INVALID,
		            "*/*: key \"k1\" does not open it: it was changed, or is another object's");
	free(sealed.data);
	korch_sealer_free(sealer);
}
END_TEST

START_TEST(test_changed)
{
	korch_sealer *sealer = sealer_of(ONE, 1, NULL);
	bytes sealed = from_hex("korch:seal:v1:k1:", ENVELOPE);
	korch_seal_value value = value_of(&korch_secret_kind, "db", sealed.data, sealed.length);
	char *out = NULL;
	size_t length = 0;
	for (size_t bit = 0; bit < 8 * sealed.length; bit++) {
		sealed.data[bit / 8] ^= (char)(1 << bit % 8);
		ck_assert_int_lt(korch_sealer_open(&out, &length, sealer, &value, NULL), 0);
		sealed.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (value.length = 0; value.length < sealed.length; value.length++)
		ck_assert_int_lt(korch_sealer_open(&out, &length, sealer, &value, NULL), 0);
	ck_assert_ptr_null(out);
	check_opens(sealer, &value, PLAIN);
	free(sealed.data);
	korch_sealer_free(sealer);
}
END_TEST

/* No such key; another key under the same name. */
START_TEST(test_wrong_key)
{
	static const char *const OTHER[] = {"k2=" KEY_HEX}, *const SAME[] = {"k1=" KEY2_HEX};
	korch_sealer *other = sealer_of(OTHER, 1, NULL), *same = sealer_of(SAME, 1, NULL);
	bytes sealed = from_hex("korch:seal:v1:k1:", ENVELOPE);
	korch_seal_value value = value_of(&korch_secret_kind, "db", sealed.data, sealed.length);
	check_fails(
	    other, &value, KORCH_E_NOT_FOUND,
	    "secrets default/db: is sealed under \"korch:seal:v1:k1:\", and there is no such key "
	    "for this resource");
	check_fails(
	    same, &value, KORCH_E_INVALID,
	    "secrets default/db: key \"k1\" does not open it: it was changed, or sealed by another "
	    "key of that name");
	ck_assert_int_eq(korch_sealer_is_old(other, &value, NULL), KORCH_E_NOT_FOUND);
	free(sealed.data);
	korch_sealer_free(other);
	korch_sealer_free(same);
}
END_TEST

/* Names of keys in stored bytes may be anything. */
START_TEST(test_hostile_name)
{
	static const char BYTES[] = "korch:seal:v1:\n\"\x1b[31m\xff:rest";
	korch_sealer *sealer = sealer_of(ONE, 1, NULL);
	korch_seal_value value = value_of(&korch_secret_kind, "db", BYTES, sizeof(BYTES) - 1);
	check_fails(sealer, &value, KORCH_E_NOT_FOUND, "*sealed under \"korch:seal:v1:????31m?:\",*");
	korch_sealer_free(sealer);
}
END_TEST

START_TEST(test_plain)
{
	const korch_sealer_options accept = {.accept_plain = 1};
	korch_sealer *strict = sealer_of(ONE, 1, NULL), *lenient = sealer_of(ONE, 1, &accept);
	korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	check_fails(
	    strict, &value, KORCH_E_INVALID,
	    "secrets default/db: is stored in plain text where only sealed values are accepted*");
	check_opens(lenient, &value, PLAIN);
	ck_assert_int_eq(korch_sealer_is_old(lenient, &value, NULL), 1);
	ck_assert_int_eq(korch_sealer_is_old(strict, &value, NULL), KORCH_E_INVALID);
	korch_sealer_free(strict);
	korch_sealer_free(lenient);
}
END_TEST

/* A kind that is not sealed stays as it is, and what was sealed before opens and counts as old. */
START_TEST(test_other_kinds)
{
	const korch_sealer_options both = {.resources = (const char *[]){"secrets", "configmaps"},
	                                   .n_resources = 2};
	korch_sealer *wide = sealer_of(ONE, 1, &both), *narrow = sealer_of(ONE, 1, NULL);
	ck_assert_int_eq(korch_sealer_covers(wide, &korch_config_map_kind), 1);
	ck_assert_int_eq(korch_sealer_covers(narrow, &korch_config_map_kind), 0);
	ck_assert_int_eq(korch_sealer_covers(narrow, &korch_secret_kind), 1);
	korch_seal_value value = value_of(&korch_config_map_kind, "c", PLAIN, strlen(PLAIN));
	bytes plain = seal(narrow, &value), sealed = seal(wide, &value);
	ck_assert_uint_eq(plain.length, strlen(PLAIN));
	ck_assert_mem_eq(plain.data, PLAIN, plain.length);
	ck_assert_int_eq(korch_sealer_is_old(narrow, &value, NULL), 0);
	value.data = sealed.data;
	value.length = sealed.length;
	check_opens(narrow, &value, PLAIN);
	ck_assert_int_eq(korch_sealer_is_old(narrow, &value, NULL), 1);
	bytes again = {0};
	ck_assert_int_eq(korch_sealer_reseal(&again.data, &again.length, narrow, &value, NULL), 0);
	ck_assert_str_eq(again.data, PLAIN);
	/* Plain bytes that look sealed could not be read again. */
	korch_seal_value odd = value_of(&korch_config_map_kind, "c", "k8s:enc:x", 9);
	ck_assert_int_eq(korch_sealer_seal(&again.data, &again.length, narrow, &odd, NULL),
	                 KORCH_E_INVALID);
	free(again.data);
	free(plain.data);
	free(sealed.data);
	korch_sealer_free(wide);
	korch_sealer_free(narrow);
}
END_TEST

START_TEST(test_arguments)
{
	korch_sealer *sealer = sealer_of(ONE, 1, NULL);
	korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	char *out = NULL;
	size_t length = 0;
	ck_assert_int_eq(korch_sealer_seal(NULL, &length, sealer, &value, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_sealer_seal(&out, NULL, sealer, &value, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_sealer_seal(&out, &length, NULL, &value, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_sealer_seal(&out, &length, sealer, NULL, NULL), KORCH_E_INVALID);
	korch_seal_value bad[] = {value, value, value, value};
	bad[0].key.kind = NULL;
	bad[1].key.name = "";
	bad[2].data = NULL;
	char store[256];
	memset(store, 'x', 254);
	store[254] = '\0';
	bad[3].store = store;
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(korch_sealer_seal(&out, &length, sealer, &bad[i], NULL), KORCH_E_INVALID);
	value.length = KORCH_SEAL_VALUE_MAX + 1; /* refused before a byte is read */
	check_fails(sealer, &value, KORCH_E_LIMIT, "secrets default/db: * bytes, at most *");
	ck_assert_ptr_null(out);
	korch_sealer_free(sealer);
	korch_sealer_free(NULL);
	korch_seal_clear_free(NULL, 5);
}
END_TEST

KORCH_SUITE(sealer)
{
	Suite *suite = suite_create("seal/sealer");
	KORCH_CASE(suite, "seal", test_there_and_back, test_known_envelope, test_swapped, test_changed,
	           test_wrong_key, test_hostile_name, test_plain, test_other_kinds, test_arguments);
	return suite;
}
