/* What tests of defaults and rules need: manifests as JSON with ' for ", and their problems as
 * text. */
#ifndef KORCH_TESTS_OBJECT_MANIFESTS_H
#define KORCH_TESTS_OBJECT_MANIFESTS_H

#include <check.h>
#include <korch/api.h>
#include <korch/codec.h>
#include <korch/validate.h>
#include <stdlib.h>
#include <string.h>

#define META(name) "'metadata':{'name':'" name "'}"
#define CORE(kind, name, rest) "{'apiVersion':'v1','kind':'" kind "'," META(name) "," rest "}"
#define POD(spec) CORE("Pod", "p", "'spec':{" spec "}")
#define BOX(more) POD("'containers':[{'name':'c','image':'i'" more "}]")
#define APPS(kind, spec)                                                                           \
	"{'apiVersion':'apps/v1','kind':'" kind "'," META("web") ",'spec':{" spec "}}"
#define SELECTED "'selector':{'matchLabels':{'app':'web'}}"
#define TEMPLATE(spec)                                                                             \
	"'template':{'metadata':{'labels':{'app':'web'}},'spec':{" spec                                \
	"'containers':[{'name':'c','image':'i'}]}}"
#define DEPLOYMENT(more) APPS("Deployment", SELECTED "," TEMPLATE("") more)

static inline korch_object *manifest_decode(const char *manifest)
{
	char *text = strdup(manifest);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	korch_object *object = NULL;
	korch_error *err = NULL;
	int code = korch_object_from_json(&object, text, strlen(text), NULL, NULL, &err);
	ck_assert_msg(code == 0, "%s: %s", text, korch_error_message(err));
	free(text);
	return object;
}

static inline korch_object *manifest_default(const char *manifest)
{
	korch_object *object = manifest_decode(manifest);
	ck_assert_int_eq(korch_object_set_defaults(object), 0);
	return object;
}

/* "path: message" of each problem, one a line, freed by the caller. */
static inline char *problems_text(const korch_problems *problems)
{
	char *text = calloc(1, 65536);
	for (size_t i = 0; i < korch_problems_count(problems); i++) {
		const korch_problem *problem = korch_problems_at(problems, i);
		strncat(text, problem->path, 4096);
		strcat(text, ": ");
		strncat(text, problem->message, 8192);
		strcat(text, "\n");
	}
	return text;
}

/* The problems of a manifest with its defaults are these, one a line. */
static inline void manifest_expect(const char *manifest, const char *expected)
{
	korch_object *object = manifest_default(manifest);
	korch_problems *problems = NULL;
	ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
	int code = korch_object_validate(object, problems);
	char *text = problems_text(problems);
	ck_assert_msg(strcmp(text, expected) == 0, "%s\nfound:\n%swanted:\n%s", manifest, text,
	              expected);
	ck_assert_int_eq(code, *expected ? KORCH_E_INVALID : 0);
	free(text);
	korch_problems_free(problems);
	korch_object_unref(object);
}

#endif
