/*
 * Manifests: texts, lists, errors with file and line, folders; limits and short memory. Real ones
 * are in test_manifest_data.c.
 */
#include "base/alloc.h"
#include "unit.h"
#include <fcntl.h>
#include <korch/codec.h>
#include <korch/manifest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static korch_manifest *new_manifest(const korch_manifest_options *options)
{
	korch_manifest *manifest = NULL;
	ck_assert_int_eq(korch_manifest_new(&manifest, options, NULL), 0);
	return manifest;
}

/* Objects as "Kind namespace/name@line" lines. */
static void check_objects(const korch_manifest *manifest, const char *expected)
{
	char text[4096] = "";
	for (size_t i = 0; i < korch_manifest_count(manifest); i++) {
		const korch_object *object = korch_manifest_object(manifest, i);
		size_t len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "%s %s/%s@%d\n", object->kind->name,
		         korch_object_namespace(object), korch_object_name(object),
		         korch_manifest_line(manifest, i));
	}
	ck_assert_str_eq(text, expected);
}

static void check_problems(const korch_manifest *manifest, const char *expected)
{
	char text[8192] = "";
	const korch_problems *problems = korch_manifest_problems(manifest);
	for (size_t i = 0; i < korch_problems_count(problems); i++) {
		char *line = korch_problem_format(korch_problems_at(problems, i));
		size_t len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "%s\n", line);
		free(line);
	}
	ck_assert_str_eq(text, expected);
}

static int read_string(korch_manifest *manifest, const char *text)
{
	return korch_manifest_read_text(manifest, text, strlen(text), "f.yaml", NULL);
}

START_TEST(documents)
{
	korch_manifest *manifest = new_manifest(NULL);
	ck_assert_int_eq(
	    read_string(
	        manifest,
	        "# first\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\n---\n# second\n"
	        "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n"),
	    0);
	check_objects(manifest, "ConfigMap /a@2\nNamespace /b@9\n");
	ck_assert_str_eq(korch_manifest_file(manifest, 1), "f.yaml");
	ck_assert_uint_eq(korch_manifest_documents(manifest), 3);
	ck_assert_ptr_null(korch_manifest_object(manifest, 2));
	ck_assert_int_eq(
	    read_string(
	        manifest,
	        "{\"apiVersion\": \"v1\",\n\"kind\": \"Secret\", \"metadata\": {\"name\": \"c\"}}"),
	    0);
	ck_assert_uint_eq(korch_manifest_count(manifest), 3);
	ck_assert_uint_eq(korch_manifest_files(manifest), 2);
	korch_manifest_free(manifest);
}
END_TEST

START_TEST(lists)
{
	korch_manifest *manifest = new_manifest(&(korch_manifest_options){.namespace_ = "shop"});
	ck_assert_int_eq(read_string(manifest,
	                             "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: "
	                             "ConfigMap\n  metadata: {name: a}\n- null\n"
	                             "- apiVersion: v1\n  kind: List\n  items:\n  - apiVersion: v1\n   "
	                             " kind: Namespace\n    metadata: {name: n}\n"),
	                 0);
	ck_assert_int_eq(read_string(manifest,
	                             "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: "
	                             "{name: b, namespace: x}\n- metadata: {name: c}\n"),
	                 0);
	ck_assert_int_eq(read_string(manifest, "apiVersion: v1\nkind: PodList\nitems: []\n"), 0);
	ck_assert_int_eq(
	    read_string(manifest, "apiVersion: example.com/v1\nkind: PriceList\nspec: {}\n"), 0);
	check_objects(manifest, "ConfigMap shop/a@4\nNamespace /n@11\nDeployment x/b@4\nDeployment "
	                        "shop/c@5\nPriceList shop/@1\n");
	ck_assert_int_eq(
	    read_string(manifest, "apiVersion: v1\nkind: List\nitems: [{metadata: {name: a}}]"),
	    KORCH_E_INVALID);
	korch_manifest_free(manifest);
}
END_TEST

START_TEST(all_errors_at_once)
{
	korch_manifest *manifest = new_manifest(NULL);
	static const char text[] =
	    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine}\n---\nkind: Pod\n---\n- "
	    "a\n---\na: [\n---\n"
	    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  replicas: "
	    "many\n---\nmetadata: {}\n---\napiVersion: v1\n";
	korch_error *error = NULL;
	ck_assert_int_eq(korch_manifest_read_text(manifest, text, sizeof(text) - 1, "f.yaml", &error),
	                 KORCH_E_PARSE);
	ck_assert_int_eq(korch_error_line(error), 10);
	ck_assert_str_eq(korch_error_file(error), "f.yaml");
	korch_error_free(error);
	ck_assert_uint_eq(korch_manifest_count(manifest), 0);
	const korch_problems *problems = korch_manifest_problems(manifest);
	static const int lines[] = {5, 7, 10, 15, 17, 19};
	ck_assert_uint_eq(korch_problems_count(problems), 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_int_eq(korch_problems_at(problems, i)->line, lines[i]);
	korch_manifest_free(manifest);
}
END_TEST

START_TEST(messages)
{
	korch_manifest *manifest = new_manifest(NULL);
	read_string(manifest, "kind: Pod\n---\napiVersion: v1\n---\nx: 1\n---\n7\n");
	check_problems(manifest, "f.yaml:1: apiVersion not set\nf.yaml:3: kind not set\nf.yaml:5: "
	                         "apiVersion and kind not set\n"
	                         "f.yaml:7: an object with apiVersion and kind was expected\n");
	korch_manifest_free(manifest);
}
END_TEST

START_TEST(strict_and_not)
{
	static const char text[] =
	    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  contaners: []\n  containers:\n  "
	    "- name: a\n    image: b\n    image: c\n";
	korch_manifest *manifest = new_manifest(NULL);
	ck_assert_int_eq(read_string(manifest, text), 0);
	const korch_problems *problems = korch_manifest_problems(manifest);
	ck_assert_uint_eq(korch_problems_count(problems), 2);
	ck_assert_uint_eq(korch_problems_total(problems, KORCH_SEVERITY_WARNING), 2);
	ck_assert_str_eq(korch_problems_at(problems, 0)->message,
	                 "duplicate key, first given in line 8");
	ck_assert_str_eq(korch_problems_at(problems, 0)->path, "spec.containers[0].image");
	ck_assert_int_eq(korch_problems_at(problems, 1)->line, 5);
	korch_manifest_free(manifest);
	manifest = new_manifest(&(korch_manifest_options){.strict = 1});
	ck_assert_int_eq(read_string(manifest, text), KORCH_E_INVALID);
	ck_assert_uint_eq(korch_problems_total(korch_manifest_problems(manifest), KORCH_SEVERITY_ERROR),
	                  2);
	ck_assert_uint_eq(korch_manifest_count(manifest), 0);
	korch_manifest_free(manifest);
}
END_TEST

START_TEST(bools_of_yaml_11)
{
	korch_manifest *manifest = new_manifest(NULL);
	ck_assert_int_eq(read_string(manifest,
	                             "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {on: "
	                             "yes}}\nspec:\n  hostNetwork: yes\n  containers:\n"
	                             "  - name: a\n    image: b\n    env: [{name: A, value: off}]\n"),
	                 0);
	char *json = NULL;
	ck_assert_int_eq(korch_object_to_json(&json, NULL, korch_manifest_object(manifest, 0), 0), 0);
	ck_assert_str_eq(json, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\","
	                       "\"labels\":{\"on\":\"yes\"}},"
	                       "\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"b\",\"env\":[{"
	                       "\"name\":\"A\",\"value\":\"off\"}]}],"
	                       "\"hostNetwork\":true}}");
	free(json);
	korch_manifest_free(manifest);
}
END_TEST

static void put_file(const char *folder, const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

#define MAP(name) "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " name "}\n"

START_TEST(folders)
{
	char folder[] = "/tmp/korch-manifest-XXXXXX", path[512];
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/m", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	put_file(folder, "z.yaml", MAP("z"));
	put_file(folder, "b.yml", MAP("b"));
	put_file(folder, "a.json",
	         "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}");
	put_file(folder, "README.md", "# not a manifest");
	put_file(folder, ".hidden.yaml", MAP("h"));
	put_file(folder, "m/c.yaml", MAP("c"));
	korch_manifest *manifest = new_manifest(NULL);
	ck_assert_int_eq(korch_manifest_read_path(manifest, folder, NULL), 0);
	check_objects(manifest, "ConfigMap /a@1\nConfigMap /b@1\nConfigMap /z@1\n");
	korch_manifest_free(manifest);
	manifest = new_manifest(&(korch_manifest_options){.recursive = 1});
	put_file(folder, "k.yaml", "kind: x\n");
	put_file(folder, "l.yaml", "a: b: c\n");
	korch_error *error = NULL;
	ck_assert_int_eq(korch_manifest_read_folder(manifest, folder, &error), KORCH_E_INVALID);
	ck_assert_str_eq(korch_error_message(error), "apiVersion not set");
	korch_error_free(error);
	check_objects(manifest, "ConfigMap /a@1\nConfigMap /b@1\nConfigMap /c@1\nConfigMap /z@1\n");
	ck_assert_uint_eq(korch_problems_count(korch_manifest_problems(manifest)), 2);
	korch_manifest_free(manifest);
	snprintf(path, sizeof(path), "rm -r %s", folder);
	ck_assert_int_eq(system(path), 0);
}
END_TEST

START_TEST(examples)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/examples/shop", getenv("KORCH_SOURCE_ROOT"));
	korch_manifest *manifest = new_manifest(&(korch_manifest_options){.strict = 1, .recursive = 1});
	korch_manifest_read_folder(manifest, path, NULL);
	check_problems(manifest, "");
	ck_assert_uint_gt(korch_manifest_count(manifest), 3);
	korch_manifest_free(manifest);
}
END_TEST

START_TEST(files_that_are_not_there)
{
	korch_manifest *manifest = new_manifest(NULL);
	korch_error *error = NULL;
	ck_assert_int_eq(korch_manifest_read_path(manifest, "/nowhere/at/all.yaml", &error),
	                 KORCH_E_NOT_FOUND);
	ck_assert_str_eq(korch_error_message(error), "/nowhere/at/all.yaml: No such file or directory");
	korch_error_free(error);
	ck_assert_int_eq(korch_manifest_read_folder(manifest, "/nowhere", NULL), KORCH_E_NOT_FOUND);
	ck_assert_uint_eq(korch_problems_count(korch_manifest_problems(manifest)), 2);
	korch_manifest_free(manifest);
}
END_TEST

START_TEST(descriptors_and_limits)
{
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], MAP("a"), strlen(MAP("a"))), (ssize_t)strlen(MAP("a")));
	close(ends[1]);
	korch_manifest *manifest =
	    new_manifest(&(korch_manifest_options){.max_objects = 2, .max_bytes = 200});
	ck_assert_int_eq(korch_manifest_read_fd(manifest, ends[0], "-", NULL), 0);
	close(ends[0]);
	check_objects(manifest, "ConfigMap /a@1\n");
	ck_assert_int_eq(read_string(manifest, MAP("b") "---\n" MAP("c")), KORCH_E_LIMIT);
	int fd = open("/dev/zero", O_RDONLY);
	ck_assert_int_eq(korch_manifest_read_fd(manifest, fd, "zero", NULL), KORCH_E_LIMIT);
	close(fd);
	check_objects(manifest, "ConfigMap /a@1\n");
	korch_manifest_free(manifest);
}
END_TEST

static const char small[] =
    "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a, labels: &l {x: yes, x: y}}\n  "
    "spec:\n    containers: [{name: a, image: b}]\n"
    "    unknown: 1.5\n---\nkind: [\n---\napiVersion: example.com/v1\nkind: Thing\nmetadata: "
    "{name: t}\nspec: {a: {<<: {b: c}}}\n";

START_TEST(memory_is_short)
{
	int n_codes[2] = {0, 0};
	for (uint64_t n = 1; n < 2000; n++) {
		korch_manifest *manifest = NULL;
		korch_error *error = NULL;
		korch__alloc_fail_at(n);
		int code =
		    korch_manifest_new(&manifest, &(korch_manifest_options){.namespace_ = "x"}, &error);
		if (code == 0)
			code = korch_manifest_read_text(manifest, small, sizeof(small) - 1, "f", &error);
		uint64_t used = korch__alloc_count();
		korch__alloc_fail_at(0);
		ck_assert_int_lt(code, 0);
		n_codes[code == KORCH_E_NOMEM]++;
		korch_error_free(error);
		korch_manifest_free(manifest);
		if (used < n)
			break;
	}
	ck_assert_int_gt(n_codes[1], 20);
	ck_assert_int_gt(n_codes[0], 0);
}
END_TEST

KORCH_SUITE(manifest)
{
	Suite *suite = suite_create("manifest");
	KORCH_CASE(suite, "texts", documents, lists, all_errors_at_once, messages, strict_and_not,
	           bools_of_yaml_11);
	KORCH_CASE(suite, "files", folders, examples, files_that_are_not_there, descriptors_and_limits);
	KORCH_CASE(suite, "memory", memory_is_short);
	return suite;
}
