/* An operator of about 100 lines, and what the engine promises it: it heals, and then rests. */
#include "fixture.h"
#include "unit.h"
#include "website.h"

#include <korch/codec.h>
#include <stdio.h>
#include <string.h>

static fixture at;
static const korch_kind *kind;

static void begin(void)
{
	ck_assert_int_eq(korch_kind_get(&kind, "example.com/v1", "Website", NULL), 0);
	fixture_init(&at);
	fixture_engine(&at);
	ck_assert_int_eq(website_add(at.engine, kind), 0);
	fixture_start(&at);
}

static korch_object *website(const char *page)
{
	char json[300];
	korch_object *object = NULL;
	snprintf(json, sizeof(json),
	         "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Website\",\"metadata\":{\"name\":"
	         "\"home\",\"namespace\":\"default\"},\"spec\":{\"page\":\"%s\"}}",
	         page);
	ck_assert_int_eq(korch_object_from_json(&object, json, strlen(json), NULL, NULL, NULL), 0);
	return object;
}

static const char *served(void)
{
	const korch_object *config = fixture_get(&at, &korch_config_map_kind, "home");
	return config ? korch_map_get(((const korch_config_map *)config)->data, "index.html") : "none";
}

START_TEST(it_makes_changes_and_heals)
{
	struct outcome outcome = {0};
	korch_engine_stats before, after;
	begin();
	ck_assert_int_eq(fixture_create(&at, website("hello"), &outcome), 0);
	fixture_settle(&at);
	ck_assert_str_eq(served(), "hello");
	const korch_owner_reference *owner =
	    korch_object_controller(fixture_get(&at, &korch_config_map_kind, "home"));
	ck_assert_str_eq(owner->uid, korch_object_uid(outcome.result));
	ck_assert_ptr_nonnull(strstr(fixture_get(&at, kind, "home")->raw, "\"served\":\"hello\""));
	ck_assert_int_eq(fixture_get(&at, kind, "home")->metadata->generation, 1);
	/* The wish changes. */
	korch_object *base = website("");
	ck_assert_int_eq(fixture_update(&at, base, website("bye"), &outcome), 0);
	fixture_settle(&at);
	ck_assert_str_eq(served(), "bye");
	ck_assert_int_eq(fixture_get(&at, kind, "home")->metadata->generation, 2);
	/* Somebody meddles; somebody deletes. */
	fixture_delete(&at, fixture_get(&at, &korch_config_map_kind, "home"), NULL, &outcome);
	fixture_settle(&at);
	ck_assert_str_eq(served(), "bye");
	/* And then nothing is written any more. */
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	korch_engine_get_stats(&before, at.engine);
	fixture_pass(&at, 3600 * KORCH_USEC_PER_SEC);
	korch_engine_get_stats(&after, at.engine);
	ck_assert_mem_eq(&before, &after, sizeof(before));
	korch_object_unref(base);
	outcome_clear(&outcome);
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(website)
{
	Suite *suite = suite_create("website");
	KORCH_CASE(suite, "operator", it_makes_changes_and_heals);
	return suite;
}
