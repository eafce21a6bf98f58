/* Each allocation fails once: a clear error or the result, nothing half done, nothing leaked. */
#include "base/alloc.h"
#include "fixture.h"

#define TEXT                                                                                       \
	"apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"          \
	"- resources: [secrets, configmaps]\n  providers:\n  - aesgcm: {keys: [{name: k, "             \
	"secret: " KEY_BASE64 "}]}\n  - identity: {}\n"

typedef int step_fn(korch_sealer *sealer, const korch_seal_value *value, bytes *out,
                    korch_error **err);

/* Runs a step with the n-th allocation failing until it needs fewer. */
static void fail_each(step_fn *step, korch_sealer *sealer, const korch_seal_value *value)
{
	for (uint64_t at = 1;; at++) {
		bytes out = {0};
		korch_error *error = NULL;
		korch__alloc_fail_at(at);
		int code = step(sealer, value, &out, &error);
		uint64_t n = korch__alloc_count();
		korch__alloc_fail_at(0);
		ck_assert(code == 0 || code == KORCH_E_NOMEM);
		ck_assert(code == 0 || out.data == NULL);
		korch_seal_clear_free(out.data, out.length);
		korch_error_free(error);
		if (n < at) {
			ck_assert_int_eq(code, 0);
			return;
		}
		ck_assert_uint_lt(at, 10000);
	}
}

static int do_read(korch_sealer *sealer, const korch_seal_value *value, bytes *out,
                   korch_error **err)
{
	korch_sealer *made = NULL;
	int code = korch_sealer_read(&made, TEXT, strlen(TEXT), "enc.yaml", err);
	ck_assert_int_eq(code == 0, made != NULL);
	korch_sealer_free(made);
	return code;
}

static int do_new(korch_sealer *sealer, const korch_seal_value *value, bytes *out,
                  korch_error **err)
{
	korch_sealer *made = NULL;
	setenv("KORCH_TEST_KEY", KEY_HEX, 1);
	const korch_seal_key key = {.name = "k1", .environment = "KORCH_TEST_KEY"};
	const char *const resources[] = {"secrets", "*.apps"};
	const korch_sealer_options options = {.size = sizeof(options),
	                                      .keys = &key,
	                                      .n_keys = 1,
	                                      .resources = resources,
	                                      .n_resources = 2,
	                                      .accept_plain = 1};
	int code = korch_sealer_new(&made, &options, err);
	ck_assert_int_eq(code == 0, made != NULL);
	ck_assert_int_eq(code == 0, *getenv("KORCH_TEST_KEY") == '\0');
	korch_sealer_free(made);
	return code;
}

static int do_seal(korch_sealer *sealer, const korch_seal_value *value, bytes *out,
                   korch_error **err)
{
	return korch_sealer_seal(&out->data, &out->length, sealer, value, err);
}

static int do_open(korch_sealer *sealer, const korch_seal_value *value, bytes *out,
                   korch_error **err)
{
	return korch_sealer_open(&out->data, &out->length, sealer, value, err);
}

static int do_reseal(korch_sealer *sealer, const korch_seal_value *value, bytes *out,
                     korch_error **err)
{
	return korch_sealer_reseal(&out->data, &out->length, sealer, value, err);
}

static int do_rewrap(korch_sealer *sealer, const korch_seal_value *value, bytes *out,
                     korch_error **err)
{
	return korch_sealer_rewrap(&out->data, &out->length, sealer, value, err);
}

START_TEST(test_making)
{
	fail_each(do_read, NULL, NULL);
	fail_each(do_new, NULL, NULL);
}
END_TEST

/* A step with a sealer that has not yet unwrapped, or made, a data key. */
static void check_step(step_fn *step, korch_sealer *sealer, const bytes *data)
{
	korch_seal_value value = value_of(&korch_secret_kind, "db", data->data, data->length);
	fail_each(step, sealer, &value);
	korch_sealer_free(sealer);
}

START_TEST(test_using)
{
	static const char *const OLD[] = {"old=" KEY_HEX};
	static const char *const BOTH[] = {"new=" KEY2_HEX, "old=" KEY_HEX};
	const bytes plain = {(char *)(uintptr_t)PLAIN, strlen(PLAIN)};
	korch_sealer *sealer = sealer_of(OLD, 1, NULL);
	korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	bytes sealed = seal(sealer, &value);
	korch_sealer_free(sealer);
	check_step(do_seal, sealer_of(OLD, 1, NULL), &plain);
	check_step(do_open, sealer_of(OLD, 1, NULL), &sealed);
	check_step(do_reseal, sealer_of(BOTH, 2, NULL), &sealed);
	check_step(do_rewrap, sealer_of(BOTH, 2, NULL), &sealed);
	free(sealed.data);
}
END_TEST

START_TEST(test_using_kubernetes)
{
	const bytes plain = {(char *)(uintptr_t)PLAIN, strlen(PLAIN)};
	korch_sealer *sealer = read_sealer(TEXT);
	korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	bytes sealed = seal(sealer, &value);
	korch_sealer_free(sealer);
	check_step(do_seal, read_sealer(TEXT), &plain);
	check_step(do_open, read_sealer(TEXT), &sealed);
	check_step(do_open, read_sealer(TEXT), &plain);
	check_step(do_reseal, read_sealer(TEXT), &plain);
	free(sealed.data);
}
END_TEST

KORCH_SUITE(nomem)
{
	Suite *suite = suite_create("seal/nomem");
	KORCH_CASE(suite, "nomem", test_making, test_using, test_using_kubernetes);
	return suite;
}
