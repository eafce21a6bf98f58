/* Admission, row by row: what a request becomes, or the sentence that refuses it. */
#include "engine/admit.h"
#include "unit.h"

#include <korch/api.h>
#include <korch/codec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 2020-09-13T12:26:40.5Z */
#define NOW ((korch_usec)1600000000500000)

enum { TRUSTED = 1, OUTSIDE = 2, STATUS = 4 };
enum { NOTHING = KORCH_ADMITTED_NOTHING, PUT = KORCH_ADMITTED_PUT, REMOVE = KORCH_ADMITTED_REMOVE };

struct row {
	const char *what;
	const char *base;   /* JSON; NULL for CREATE */
	const char *object; /* JSON; NULL for DELETE */
	int result;         /* a korch_admitted (create: 0) or code */
	int flags;
	const char *has[4]; /* parts of the outcome's JSON, or of the message; "!": must not be there */
	int64_t grace;      /* DELETE, -1 by default through D() */
	int propagation;
};

static korch_object *parse(const char *json)
{
	korch_object *object = NULL;
	korch_error *error = NULL;
	if (!json)
		return NULL;
	int code = korch_object_from_json(&object, json, strlen(json), NULL, NULL, &error);
	ck_assert_msg(code == 0, "%s: %s", json, korch_error_message(error));
	return object;
}

static korch_cache *make_world(void)
{
	static const char *const spaces[] = {
	    "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"shop\"}}",
	    "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"ending\","
	    "\"deletionTimestamp\":\"2020-01-01T00:00:00Z\"}}",
	};
	korch_cache *cache = NULL;
	ck_assert_int_eq(korch_cache_new(&cache, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		korch_object *object = parse(spaces[i]);
		ck_assert_int_eq(korch_cache_put(cache, object), 0);
		korch_object_unref(object);
	}
	return cache;
}

static void check_text(const struct row *row, const char *text)
{
	for (size_t i = 0; i < 4 && row->has[i]; i++) {
		const char *part = row->has[i];
		int is_unwanted = *part == '!';
		ck_assert_msg((strstr(text, part + is_unwanted) == NULL) == is_unwanted, "%s: \"%s\" in %s",
		              row->what, part, text);
	}
}

static void check_outcome(const struct row *row, int code, const korch_object *object,
                          korch_error *error)
{
	ck_assert_msg(code == row->result, "%s: %d instead of %d (%s)", row->what, code, row->result,
	              korch_error_message(error));
	if (code < 0) {
		check_text(row, korch_error_message(error));
		korch_error_free(error);
	} else if (object) {
		char *text = NULL;
		ck_assert_int_eq(korch_object_to_json(&text, NULL, object, 0), 0);
		check_text(row, text);
		free(text);
	}
}

static void run(const struct row *row)
{
	korch_random random;
	korch_error *error = NULL;
	korch_cache *cache = make_world();
	korch_object *base = parse(row->base);
	korch_object *object = parse(row->object);
	korch__random_init(&random, 5);
	const korch_admission admission = {
	    .view = korch_cache_view(cache),
	    .now = NOW,
	    .random = &random,
	    .is_trusted = row->flags & TRUSTED,
	    .is_outside = !!(row->flags & OUTSIDE),
	};
	const korch_delete_options options = {.grace_seconds = row->grace,
	                                      .propagation = row->propagation};
	int code;
	if (!base)
		code = korch__admit_create(object, &admission, &error);
	else if (!object)
		code = korch__admit_delete(&object, base, &options, &admission, &error);
	else
		code = korch__admit_update(object, base, !!(row->flags & STATUS), &admission, &error);
	check_outcome(row, code, object, error);
	korch_object_unref(base);
	korch_object_unref(object);
	korch_cache_free(cache);
}

#define META(more) "\"metadata\":{\"name\":\"x\",\"namespace\":\"shop\"" more "}"
#define CONFIG(more, data)                                                                         \
	"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," META(more) ",\"data\":{" data "}}"
#define POD(more, spec, status)                                                                    \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\"," META(                                               \
	    more) ",\"spec\":{" spec                                                                   \
	          "\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]},\"status\":{" status "}}"
#define SERVER ",\"uid\":\"u\",\"generation\":3,\"creationTimestamp\":\"2020-01-01T00:00:00Z\""
#define RAW(more, rest)                                                                            \
	"{\"apiVersion\":\"example.com/v1\",\"kind\":\"Website\"," META(more) rest "}"
#define BOUND "\"nodeName\":\"n\","
#define SET(more, replicas, status)                                                                \
	"{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\"," META(                                   \
	    more) ",\"spec\":{\"replicas\":" replicas ",\"selector\":{\"matchLabels\":{\"a\":\"b\"}}," \
	          "\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},"                             \
	          "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}" status "}"
#define DELETED ",\"deletionTimestamp\":\"2020-09-13T12:27:10Z\",\"deletionGracePeriodSeconds\":"
#define FINALIZER(name) ",\"finalizers\":[\"" name "\"]"
#define SPACE(more, spec)                                                                          \
	"{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"x\"" more              \
	"},\"spec\":{" spec "}}"

static const struct row creations[] = {
    {"identity is the server's",
     NULL,
     CONFIG(SERVER DELETED "5", "\"k\":\"v\""),
     0,
     OUTSIDE,
     {"\"creationTimestamp\":\"2020-09-13T12:26:40Z\"", "\"generation\":1", "!\"uid\":\"u\"",
      "!deletion"}},
    {"the namespace is default",
     NULL,
     "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"x\"}}",
     0,
     OUTSIDE,
     {"\"namespace\":\"default\""}},
    {"a name is made",
     NULL,
     "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"generateName\":\"web-\"}}",
     0,
     OUTSIDE,
     {"\"name\":\"web-", "\"generateName\":\"web-\""}},
    {"no name",
     NULL,
     "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{}}",
     KORCH_E_INVALID,
     OUTSIDE,
     {"name or generateName is required"}},
    {"no name, trusted",
     NULL,
     "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{}}",
     KORCH_E_INVALID,
     TRUSTED,
     {"metadata.name: Required value: name or generateName is required"}},
    {"a namespace that is missing",
     NULL,
     "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\",\"namespace\":\"gone\"},"
     "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}",
     KORCH_E_NOT_FOUND,
     OUTSIDE,
     {"namespaces \"gone\" not found"}},
    {"a namespace that ends",
     NULL,
     "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"x\","
     "\"namespace\":\"ending\"}}",
     KORCH_E_FORBIDDEN,
     TRUSTED,
     {"configmaps \"x\" is forbidden: unable to create new content in namespace ending because it "
      "is being terminated"}},
    {"defaults",
     NULL,
     POD("", "", ""),
     0,
     OUTSIDE,
     {"\"restartPolicy\":\"Always\"", "\"terminationGracePeriodSeconds\":30",
      "\"phase\":\"Pending\""}},
    {"status is not a person's",
     NULL,
     POD("", "", "\"phase\":\"Running\",\"podIP\":\"1.2.3.4\""),
     0,
     OUTSIDE,
     {"\"phase\":\"Pending\"", "!podIP"}},
    {"a controller's status stays",
     NULL,
     POD("", "", "\"phase\":\"Running\""),
     0,
     0,
     {"\"phase\":\"Running\""}},
    {"nodes announce themselves",
     NULL,
     "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\"},"
     "\"status\":{\"capacity\":{\"cpu\":\"4\"}}}",
     0,
     OUTSIDE,
     {"\"cpu\":\"4\""}},
    {"trusted objects get no defaults", NULL, POD("", "", ""), 0, TRUSTED, {"!restartPolicy"}},
    {"validation",
     NULL,
     SET("", "-1", ""),
     KORCH_E_INVALID,
     OUTSIDE,
     {"ReplicaSet.apps \"x\" is invalid: spec.replicas: Invalid value: -1: must be greater than or "
      "equal to 0"}},
    {"namespaces are held",
     NULL,
     SPACE("", ""),
     0,
     OUTSIDE,
     {"\"finalizers\":[\"kubernetes\"]", "\"phase\":\"Active\"", "!\"namespace\":"}},
    {"status of custom kinds is their own",
     NULL,
     RAW("", ",\"status\":{\"a\":1}"),
     0,
     OUTSIDE,
     {"\"status\":{\"a\":1}"}},
};

static const struct row updates[] = {
    {"nothing",
     CONFIG(SERVER, "\"k\":\"v\""),
     CONFIG(SERVER, "\"k\":\"v\""),
     NOTHING,
     OUTSIDE,
     {0}},
    {"generation rises with the wish",
     CONFIG(SERVER, "\"k\":\"v\""),
     CONFIG("", "\"k\":\"w\""),
     PUT,
     OUTSIDE,
     {"\"generation\":4", "\"uid\":\"u\"", "2020-01-01T00:00:00Z", "\"k\":\"w\""}},
    {"generation is not for labels",
     CONFIG(SERVER, ""),
     CONFIG(SERVER ",\"labels\":{\"a\":\"b\"}", ""),
     PUT,
     OUTSIDE,
     {"\"generation\":3"}},
    {"generation cannot be set",
     CONFIG(SERVER, ""),
     CONFIG(",\"generation\":9", ""),
     NOTHING,
     OUTSIDE,
     {0}},
    {"a custom kind's wish",
     RAW(SERVER, ",\"spec\":{\"a\":1}"),
     RAW(SERVER, ",\"spec\":{\"a\":2}"),
     PUT,
     OUTSIDE,
     {"\"generation\":4"}},
    {"a custom kind's status",
     RAW(SERVER, ",\"spec\":{\"a\":1}"),
     RAW(SERVER, ",\"spec\":{\"a\":1},\"status\":{\"b\":2}"),
     PUT,
     OUTSIDE,
     {"\"generation\":3", "\"b\":2"}},
    {"a custom kind's status alone",
     RAW(SERVER, ",\"spec\":{\"a\":1}"),
     RAW(SERVER, ",\"spec\":{\"a\":5},\"status\":{\"b\":2}"),
     PUT,
     STATUS,
     {"\"generation\":3", "\"b\":2", "\"a\":1"}},
    {"an update leaves the status",
     SET(SERVER, "1", ",\"status\":{\"replicas\":1}"),
     SET(SERVER, "2", ",\"status\":{\"replicas\":7}"),
     PUT,
     OUTSIDE,
     {"\"generation\":4", "\"status\":{\"replicas\":1}", "\"replicas\":2"}},
    {"an update of the status leaves the rest",
     SET(SERVER, "1", ",\"status\":{\"replicas\":1}"),
     SET(SERVER, "2", ",\"status\":{\"replicas\":7}"),
     PUT,
     OUTSIDE | STATUS,
     {"\"generation\":3", "\"status\":{\"replicas\":7}", "!\"replicas\":2"}},
    {"immutable fields",
     SET(SERVER, "1", ""),
     "{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\"," META(
         SERVER) ",\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"c\"}},"
                 "\"template\":{\"metadata\":{\"labels\":{\"a\":\"c\"}},"
                 "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}",
     KORCH_E_INVALID,
     OUTSIDE,
     {"ReplicaSet.apps \"x\" is invalid: spec.selector: ", "field is immutable"}},
    {"another uid",
     CONFIG(SERVER, ""),
     CONFIG(",\"uid\":\"v\"", ""),
     KORCH_E_CONFLICT,
     OUTSIDE,
     {"Operation cannot be fulfilled on configmaps \"x\": Precondition failed: UID in "
      "precondition: v, UID in object meta: u"}},
    {"deletion cannot be undone",
     CONFIG(SERVER DELETED "0" FINALIZER("f/x"), "\"k\":\"v\""),
     CONFIG(SERVER FINALIZER("f/x"), "\"k\":\"w\""),
     PUT,
     OUTSIDE,
     {"\"deletionTimestamp\":\"2020-09-13T12:27:10Z\"", "\"deletionGracePeriodSeconds\":0"}},
    {"the last finalizer",
     CONFIG(SERVER DELETED "0" FINALIZER("f/x"), ""),
     CONFIG(SERVER DELETED "0", ""),
     REMOVE,
     OUTSIDE,
     {0}},
    {"the last finalizer of what stays",
     CONFIG(SERVER FINALIZER("f/x"), ""),
     CONFIG(SERVER, ""),
     PUT,
     OUTSIDE,
     {"!finalizers"}},
    {"new finalizers while it ends",
     CONFIG(SERVER DELETED "0" FINALIZER("f/x"), ""),
     CONFIG(SERVER DELETED "0,\"finalizers\":[\"f/x\",\"f/y\"]", ""),
     KORCH_E_INVALID,
     OUTSIDE,
     {"metadata.finalizers: Forbidden: no new finalizers can be added if the object is being "
      "deleted, found new finalizers []string{\"f/y\"}"}},
    {"a pod in its grace period stays",
     POD(SERVER DELETED "30" FINALIZER("f/x"), BOUND, ""),
     POD(SERVER DELETED "30", BOUND, ""),
     PUT,
     TRUSTED,
     {"!finalizers"}},
    {"a pod whose grace period is over",
     POD(SERVER DELETED "0" FINALIZER("f/x"), BOUND, ""),
     POD(SERVER DELETED "0", BOUND, ""),
     REMOVE,
     TRUSTED,
     {0}},
    {"a namespace that is empty",
     SPACE(SERVER DELETED "0", "\"finalizers\":[\"kubernetes\"]"),
     SPACE(SERVER DELETED "0", ""),
     REMOVE,
     TRUSTED,
     {0}},
    {"a namespace that lives",
     SPACE(SERVER, "\"finalizers\":[\"kubernetes\"]"),
     SPACE(SERVER, ""),
     PUT,
     TRUSTED,
     {0}},
    {"another kind",
     CONFIG(SERVER, ""),
     POD(SERVER, "", ""),
     KORCH_E_INVALID,
     TRUSTED,
     {"configmaps \"x\" cannot become a Pod"}},
};

#define D(grace_, propagation_) .grace = (grace_), .propagation = (propagation_)
#define BACK D(-1, KORCH_PROPAGATION_BACKGROUND)
#define FORE D(-1, KORCH_PROPAGATION_FOREGROUND)

static const struct row deletions[] = {
    {"at once", CONFIG(SERVER, ""), NULL, REMOVE, 0, {0}, BACK},
    {"with a finalizer",
     CONFIG(SERVER FINALIZER("f/x"), ""),
     NULL,
     PUT,
     0,
     {"\"deletionTimestamp\":\"2020-09-13T12:26:40Z\"", "\"deletionGracePeriodSeconds\":0",
      "\"generation\":4"},
     BACK},
    {"with a finalizer, again",
     CONFIG(SERVER DELETED "0" FINALIZER("f/x"), ""),
     NULL,
     NOTHING,
     0,
     {0},
     BACK},
    {"in the foreground",
     CONFIG(SERVER, ""),
     NULL,
     PUT,
     0,
     {"\"finalizers\":[\"foregroundDeletion\"]", "deletionTimestamp"},
     FORE},
    {"in the foreground, again",
     CONFIG(SERVER DELETED "0" FINALIZER("foregroundDeletion"), ""),
     NULL,
     NOTHING,
     0,
     {0},
     FORE},
    {"orphans instead",
     CONFIG(SERVER DELETED "0,\"finalizers\":[\"foregroundDeletion\",\"f/x\"]", ""),
     NULL,
     PUT,
     0,
     {"\"finalizers\":[\"orphan\",\"f/x\"]", "\"generation\":3"},
     D(-1, KORCH_PROPAGATION_ORPHAN)},
    {"a pod that nobody runs", POD(SERVER, "", ""), NULL, REMOVE, 0, {0}, BACK},
    {"a pod",
     POD(SERVER, BOUND, ""),
     NULL,
     PUT,
     0,
     {"\"deletionTimestamp\":\"2020-09-13T12:27:10Z\"", "\"deletionGracePeriodSeconds\":30",
      "\"generation\":4"},
     BACK},
    {"a pod with its own grace",
     POD(SERVER, BOUND "\"terminationGracePeriodSeconds\":5,", ""),
     NULL,
     PUT,
     0,
     {"\"deletionGracePeriodSeconds\":5", "12:26:45Z"},
     BACK},
    {"a pod with another grace",
     POD(SERVER, BOUND, ""),
     NULL,
     PUT,
     0,
     {"\"deletionGracePeriodSeconds\":7", "12:26:47Z"},
     D(7, 0)},
    {"a pod that is over",
     POD(SERVER, BOUND, "\"phase\":\"Succeeded\""),
     NULL,
     REMOVE,
     0,
     {0},
     D(60, 0)},
    {"a pod, at once", POD(SERVER, BOUND, ""), NULL, REMOVE, 0, {0}, D(0, 0)},
    {"a pod, again", POD(SERVER DELETED "30", BOUND, ""), NULL, NOTHING, 0, {0}, BACK},
    {"a pod, longer", POD(SERVER DELETED "30", BOUND, ""), NULL, NOTHING, 0, {0}, D(60, 0)},
    {"a pod, shorter",
     POD(SERVER DELETED "30", BOUND, ""),
     NULL,
     PUT,
     0,
     {"\"deletionGracePeriodSeconds\":10", "12:26:50Z", "\"generation\":3"},
     D(10, 0)},
    {"a pod, shorter to nothing",
     POD(SERVER DELETED "30", BOUND, ""),
     NULL,
     REMOVE,
     0,
     {0},
     D(0, 0)},
    {"a held pod, at once",
     POD(SERVER FINALIZER("f/x"), BOUND, ""),
     NULL,
     PUT,
     0,
     {"\"deletionGracePeriodSeconds\":0", "12:26:40Z"},
     D(0, 0)},
    {"a pod in the foreground", POD(SERVER, "", ""), NULL, PUT, 0, {"foregroundDeletion"}, FORE},
    {"a namespace",
     SPACE(SERVER, "\"finalizers\":[\"kubernetes\"]"),
     NULL,
     PUT,
     0,
     {"\"phase\":\"Terminating\"", "12:26:40Z"},
     BACK},
    {"a namespace, again",
     SPACE(SERVER DELETED "0", "\"finalizers\":[\"kubernetes\"]"),
     NULL,
     NOTHING,
     0,
     {0},
     BACK},
    {"a namespace that nothing holds", SPACE(SERVER, ""), NULL, REMOVE, 0, {0}, BACK},
    {"the namespace default",
     "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"default\"}}",
     NULL,
     KORCH_E_FORBIDDEN,
     0,
     {"namespaces \"default\" is forbidden: this namespace may not be deleted"},
     BACK},
};

START_TEST(creation)
{
	run(&creations[_i]);
}
END_TEST

START_TEST(update)
{
	run(&updates[_i]);
}
END_TEST

START_TEST(deletion)
{
	run(&deletions[_i]);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

KORCH_SUITE(admit)
{
	Suite *suite = suite_create("admit");
	TCase *rows = tcase_create("rows");
	tcase_add_loop_test(rows, creation, 0, COUNT(creations));
	tcase_add_loop_test(rows, update, 0, COUNT(updates));
	tcase_add_loop_test(rows, deletion, 0, COUNT(deletions));
	suite_add_tcase(suite, rows);
	return suite;
}
