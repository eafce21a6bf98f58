/* Several keys, rotation while values are there, callbacks as a KMS has them. */
#include "fixture.h"
#include "seal/core.h"
#include <pthread.h>

static const char *const OLD[] = {"old=" KEY_HEX};
static const char *const BOTH[] = {"new=" KEY2_HEX, "old=" KEY_HEX};
static const char *const NEW[] = {"new=" KEY2_HEX};

typedef int again_fn(char **out, size_t *length, korch_sealer *sealer,
                     const korch_seal_value *value, korch_error **err);

/* A store's way: what is old is written again, in slices; then the old key goes. */
static void rotate(again_fn *again)
{
	korch_sealer *sealer = sealer_of(OLD, 1, NULL);
	bytes stored[50];
	for (size_t i = 0; i < 50; i++) {
		korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
		stored[i] = seal(sealer, &value);
	}
	ck_assert_int_eq(korch_sealer_replace(sealer, sealer_of(BOTH, 2, NULL)), 0);
	for (size_t i = 0; i < 50; i++) {
		korch_seal_value value =
		    value_of(&korch_secret_kind, "db", stored[i].data, stored[i].length);
		check_opens(sealer, &value, PLAIN);
		ck_assert_int_eq(korch_sealer_is_old(sealer, &value, NULL), 1);
		bytes fresh = {0};
		ck_assert_int_eq(again(&fresh.data, &fresh.length, sealer, &value, NULL), 0);
		free(stored[i].data);
		stored[i] = fresh;
		value.data = fresh.data;
		value.length = fresh.length;
		ck_assert_int_eq(korch_sealer_is_old(sealer, &value, NULL), 0);
	}
	ck_assert_int_eq(korch_sealer_replace(sealer, sealer_of(NEW, 1, NULL)), 0);
	for (size_t i = 0; i < 50; i++) {
		korch_seal_value value =
		    value_of(&korch_secret_kind, "db", stored[i].data, stored[i].length);
		check_opens(sealer, &value, PLAIN);
		free(stored[i].data);
	}
	korch_sealer_free(sealer);
}

START_TEST(test_reseal)
{
	rotate(korch_sealer_reseal);
}
END_TEST

START_TEST(test_rewrap)
{
	rotate(korch_sealer_rewrap);
}
END_TEST

/* Wrapping again leaves the sealed bytes of the object; sealing again does not. */
START_TEST(test_rewrap_keeps_body)
{
	korch_sealer *old = sealer_of(OLD, 1, NULL), *both = sealer_of(BOTH, 2, NULL);
	korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	bytes sealed = seal(old, &value), rewrapped = {0}, resealed = {0};
	value.data = sealed.data;
	value.length = sealed.length;
	size_t body = strlen(PLAIN) + 28;
	ck_assert_int_eq(korch_sealer_rewrap(&rewrapped.data, &rewrapped.length, both, &value, NULL),
	                 0);
	ck_assert_int_eq(korch_sealer_reseal(&resealed.data, &resealed.length, both, &value, NULL), 0);
	ck_assert_uint_eq(rewrapped.length, sealed.length);
	ck_assert_mem_eq(rewrapped.data + rewrapped.length - body, sealed.data + sealed.length - body,
	                 body);
	ck_assert_mem_ne(resealed.data + resealed.length - body, sealed.data + sealed.length - body,
	                 body);
	/* What does not open is not carried over. */
	sealed.data[sealed.length - 1] ^= 1;
	bytes none = {0};
	ck_assert_int_eq(korch_sealer_rewrap(&none.data, &none.length, both, &value, NULL),
	                 KORCH_E_INVALID);
	ck_assert_int_eq(korch_sealer_reseal(&none.data, &none.length, both, &value, NULL),
	                 KORCH_E_INVALID);
	ck_assert_ptr_null(none.data);
	free(sealed.data);
	free(rewrapped.data);
	free(resealed.data);
	korch_sealer_free(old);
	korch_sealer_free(both);
}
END_TEST

/* A KMS of a test: "wraps" by turning bits and adding a byte, counts, fails on demand. */
typedef struct kms {
	int n_wraps, n_unwraps, n_destroys, fail;
	size_t odd_length; /* of what it gives, when it is not 0 */
} kms;

static int kms_wrap(void *userdata, korch_seal_buffer *out, const uint8_t *in, size_t length,
                    korch_error **err)
{
	kms *self = userdata;
	self->n_wraps++;
	if (self->fail)
		return korch_error_set(err, self->fail, "the KMS is away");
	for (size_t i = 0; i < length; i++)
		out->data[i] = in[i] ^ 0x55;
	out->data[length] = 'w';
	out->length = self->odd_length ? self->odd_length : length + 1;
	return 0;
}

static int kms_unwrap(void *userdata, korch_seal_buffer *out, const uint8_t *in, size_t length,
                      korch_error **err)
{
	kms *self = userdata;
	self->n_unwraps++;
	if (self->fail)
		return korch_error_set(err, self->fail, "the KMS is away");
	if (length != KORCH_SEAL_KEY_BYTES + 1 || in[length - 1] != 'w')
		return korch_error_set(err, KORCH_E_INVALID, "not wrapped here");
	for (size_t i = 0; i + 1 < length; i++)
		out->data[i] = in[i] ^ 0x55;
	out->length = self->odd_length ? self->odd_length : length - 1;
	return 0;
}

static void kms_destroy(void *userdata)
{
	((kms *)userdata)->n_destroys++;
}

static korch_sealer *kms_sealer(kms *self)
{
	korch_sealer *sealer = NULL;
	const korch_seal_key key = {.name = "kms",
	                            .wrap = kms_wrap,
	                            .unwrap = kms_unwrap,
	                            .userdata = self,
	                            .destroy = kms_destroy};
	const korch_sealer_options options = {.size = sizeof(options), .keys = &key, .n_keys = 1};
	ck_assert_int_eq(korch_sealer_new(&sealer, &options, NULL), 0);
	return sealer;
}

START_TEST(test_callback)
{
	kms first = {0}, second = {0};
	korch_sealer *writer = kms_sealer(&first), *reader = kms_sealer(&second);
	bytes sealed[20];
	for (size_t i = 0; i < 20; i++) {
		korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
		sealed[i] = seal(writer, &value);
		value.data = sealed[i].data;
		value.length = sealed[i].length;
		check_opens(writer, &value, PLAIN);
		check_opens(reader, &value, PLAIN);
	}
	/* One data key: one call each, however many values. */
	ck_assert_int_eq(first.n_wraps, 1);
	ck_assert_int_eq(first.n_unwraps, 0);
	ck_assert_int_eq(second.n_wraps, 0);
	ck_assert_int_eq(second.n_unwraps, 1);
	for (size_t i = 0; i < 20; i++)
		free(sealed[i].data);
	korch_sealer_free(writer);
	korch_sealer_free(reader);
	ck_assert_int_eq(first.n_destroys, 1);
	ck_assert_int_eq(second.n_destroys, 1);
}
END_TEST

/* More writers than data keys are kept: those that were used last stay, and all open. */
START_TEST(test_many_data_keys)
{
	enum { N = KORCH__SEAL_DATA_KEYS + 30 };
	kms all = {0}, reading = {0};
	bytes sealed[N];
	korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	korch_sealer *reader = kms_sealer(&reading);
	for (size_t i = 0; i < N; i++) {
		korch_sealer *writer = kms_sealer(&all);
		sealed[i] = seal(writer, &value);
		korch_sealer_free(writer);
	}
	bytes own = seal(reader, &value); /* its data key is never given up */
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < N; i++) {
			korch_seal_value stored =
			    value_of(&korch_secret_kind, "db", sealed[i].data, sealed[i].length);
			check_opens(reader, &stored, PLAIN);
			check_opens(reader, &stored, PLAIN);
		}
	}
	ck_assert_int_eq(reading.n_unwraps, 2 * N);
	bytes later = seal(reader, &value);
	ck_assert_int_eq(reading.n_wraps, 1);
	ck_assert_mem_eq(own.data, later.data, strlen("korch:seal:v1:kms:") + 2 + 33);
	free(own.data);
	free(later.data);
	for (size_t i = 0; i < N; i++)
		free(sealed[i].data);
	korch_sealer_free(reader);
}
END_TEST

START_TEST(test_callback_fails)
{
	kms self = {.fail = KORCH_E_TIMEOUT};
	korch_sealer *sealer = kms_sealer(&self);
	korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	char *out = NULL;
	size_t length = 0;
	korch_error *error = NULL;
	ck_assert_int_eq(korch_sealer_seal(&out, &length, sealer, &value, &error), KORCH_E_TIMEOUT);
	char *line = korch_error_format(error);
	ck_assert_str_eq(line, "secrets default/db: cannot be sealed: key \"kms\" does not wrap a data "
	                       "key: the KMS is away");
	free(line);
	korch_error_free(error);
	self.fail = 5; /* not a code */
	ck_assert_int_eq(korch_sealer_seal(&out, &length, sealer, &value, NULL), KORCH_E_INTERNAL);
	self.fail = 0;
	self.odd_length = KORCH_SEAL_WRAPPED_MAX + 1;
	ck_assert_int_eq(korch_sealer_seal(&out, &length, sealer, &value, NULL), KORCH_E_LIMIT);
	ck_assert_ptr_null(out);
	self.odd_length = 0;
	bytes sealed = seal(sealer, &value); /* it came back */
	kms other = {.odd_length = 31};
	korch_sealer *reader = kms_sealer(&other);
	value.data = sealed.data;
	value.length = sealed.length;
	check_fails(reader, &value, KORCH_E_INVALID, "*31 bytes of a data key: must be 32");
	other = (kms){.fail = KORCH_E_IO};
	check_fails(reader, &value, KORCH_E_IO, "*does not unwrap a data key: the KMS is away");
	other = (kms){0};
	check_opens(reader, &value, PLAIN);
	free(sealed.data);
	korch_sealer_free(sealer);
	korch_sealer_free(reader);
}
END_TEST

/* destroy runs once, also when making fails at whatever point. */
START_TEST(test_destroy)
{
	kms self = {0};
	korch_sealer *sealer = NULL;
	korch_seal_key keys[] = {
	    {.name = "kms",
	     .wrap = kms_wrap,
	     .unwrap = kms_unwrap,
	     .userdata = &self,
	     .destroy = kms_destroy},
	    {.name = "file", .file = "/nonexistent/key"},
	};
	korch_sealer_options options = {.size = sizeof(options), .keys = keys, .n_keys = 2};
	ck_assert_int_eq(korch_sealer_new(&sealer, &options, NULL), KORCH_E_NOT_FOUND);
	ck_assert_int_eq(self.n_destroys, 1);
	keys[1].name = "kms";
	ck_assert_int_eq(korch_sealer_new(&sealer, &options, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(self.n_destroys, 2);
	ck_assert_ptr_null(sealer);
}
END_TEST

/* Threads that seal and open while the keys are replaced under them. */
static void *work(void *userdata)
{
	korch_sealer *sealer = userdata;
	for (size_t i = 0; i < 300; i++) {
		korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
		bytes sealed = {0}, opened = {0};
		if (korch_sealer_seal(&sealed.data, &sealed.length, sealer, &value, NULL) < 0)
			return sealer;
		value.data = sealed.data;
		value.length = sealed.length;
		int code = korch_sealer_open(&opened.data, &opened.length, sealer, &value, NULL);
		if (code < 0 || korch_sealer_is_old(sealer, &value, NULL) < 0 ||
		    memcmp(opened.data, PLAIN, opened.length) != 0)
			return sealer;
		free(sealed.data);
		korch_seal_clear_free(opened.data, opened.length);
	}
	return NULL;
}

START_TEST(test_threads)
{
	static const char *const TURNED[] = {"old=" KEY_HEX, "new=" KEY2_HEX};
	korch_sealer *sealer = sealer_of(BOTH, 2, NULL);
	pthread_t threads[3];
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, work, sealer), 0);
	for (size_t i = 0; i < 30; i++)
		ck_assert_int_eq(korch_sealer_replace(sealer, sealer_of(i % 2 ? BOTH : TURNED, 2, NULL)),
		                 0);
	for (size_t i = 0; i < 3; i++) {
		void *failed = NULL;
		ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
		ck_assert_ptr_null(failed);
	}
	korch_sealer_free(sealer);
}
END_TEST

START_TEST(test_replace_arguments)
{
	korch_sealer *sealer = sealer_of(OLD, 1, NULL);
	ck_assert_int_eq(korch_sealer_replace(sealer, sealer), KORCH_E_INVALID);
	ck_assert_int_eq(korch_sealer_replace(sealer, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_sealer_replace(NULL, sealer), KORCH_E_INVALID);
	korch_sealer_free(sealer);
}
END_TEST

KORCH_SUITE(rotation)
{
	Suite *suite = suite_create("seal/rotation");
	KORCH_CASE(suite, "rotation", test_reseal, test_rewrap, test_rewrap_keeps_body,
	           test_replace_arguments, test_threads);
	KORCH_CASE(suite, "callback", test_callback, test_many_data_keys, test_callback_fails,
	           test_destroy);
	return suite;
}
