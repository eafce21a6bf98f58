/* Volumes and files of pods, in a folder of the test's own. */
#include "agent/address.h"
#include "agent/volume.h"
#include "base/alloc.h"
#include "cluster.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static cluster c;

static void setup(void)
{
	strcpy(folder, "/tmp/korch-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
	korch__tree_remove(folder);
}

static const char *at(const char *path)
{
	static char full[4][512];
	static int turn;
	turn = (turn + 1) % 4;
	snprintf(full[turn], sizeof(full[turn]), "%s/%s", folder, path);
	return full[turn];
}

static void expect_file(const char *path, const char *text)
{
	char buffer[4096] = "";
	FILE *file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	size_t n = fread(buffer, 1, sizeof(buffer) - 1, file);
	buffer[n] = '\0';
	fclose(file);
	ck_assert_str_eq(buffer, text);
}

static const struct {
	const char *path;
	int safe;
} paths[] = {
    {"a", 1},    {"a/b", 1},  {"..a", 1},    {"a..", 1},  {"", 0},    {"/a", 0}, {"..", 0},
    {"a/..", 0}, {"../a", 0}, {"a/../b", 0}, {"a//b", 0}, {"./a", 0}, {"a/", 0}, {".", 0},
};

START_TEST(test_safe)
{
	ck_assert_int_eq(korch__path_is_safe(paths[_i].path), paths[_i].safe);
}
END_TEST

START_TEST(test_publish)
{
	int changed = 0;
	char first[64], second[64];
	struct stat status;
	korch__file files[] = {{"a", "one", 3, 0644}, {"d/b", "two", 3, 0400}};
	ck_assert_int_eq(korch__files_publish(folder, files, 2, 1577836800000000, &changed), 0);
	ck_assert_int_eq(changed, 1);
	expect_file(at("a"), "one");
	expect_file(at("d/b"), "two");
	ck_assert_int_eq(stat(at("d/b"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0400);
	ck_assert_int_gt(readlink(at("..data"), first, sizeof(first)), 0);
	ck_assert_int_eq(strncmp(first, "..2020_01_01_00_00_00.", 22), 0);
	/* The same again changes nothing. */
	ck_assert_int_eq(korch__files_publish(folder, files, 2, 1577836801000000, &changed), 0);
	ck_assert_int_eq(changed, 0);
	files[0].data = "ONE";
	ck_assert_int_eq(korch__files_publish(folder, files, 1, 1577836801000000, &changed), 0);
	ck_assert_int_eq(changed, 1);
	expect_file(at("a"), "ONE");
	ck_assert_int_lt(access(at("d"), F_OK), 0);
	memset(second, 0, sizeof(second));
	ck_assert_int_gt(readlink(at("..data"), second, sizeof(second) - 1), 0);
	first[strlen(second)] = '\0';
	ck_assert_str_ne(first, second);
	ck_assert_int_lt(access(at(first), F_OK), 0);
	files[0].path = "../x";
	ck_assert_int_eq(korch__files_publish(folder, files, 1, 0, &changed), KORCH_E_INVALID);
}
END_TEST

START_TEST(test_remove_follows_no_links)
{
	ck_assert_int_eq(mkdir(at("keep"), 0755), 0);
	ck_assert_int_eq(korch__file_rewrite(at("keep/f"), "x", 1), 0);
	ck_assert_int_eq(korch__folder_make(at("gone/deep/er"), 0500), 0);
	ck_assert_int_eq(symlink(at("keep"), at("gone/link")), 0);
	ck_assert_int_eq(korch__tree_remove(at("gone")), 0);
	ck_assert_int_lt(access(at("gone"), F_OK), 0);
	expect_file(at("keep/f"), "x");
	ck_assert_int_eq(korch__tree_remove(at("gone")), 0);
}
END_TEST

START_TEST(test_remove_deep)
{
	/* Far deeper than a path can be named. */
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(mkdirat(fd, "deep", 0755), 0);
	int at_fd = openat(fd, "deep", O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(mkdirat(at_fd, "some-longer-name", 0755), 0);
		int next = openat(at_fd, "some-longer-name", O_RDONLY | O_DIRECTORY);
		close(at_fd);
		at_fd = next;
	}
	close(at_fd);
	close(fd);
	ck_assert_int_eq(korch__tree_remove(at("deep")), 0);
	ck_assert_int_lt(access(at("deep"), F_OK), 0);
}
END_TEST

START_TEST(test_below)
{
	char *out = NULL;
	ck_assert_int_eq(mkdir(at("v"), 0755), 0);
	ck_assert_int_eq(korch__path_below(&out, at("v"), "a/b"), 0);
	ck_assert_str_eq(out, at("v/a/b"));
	korch__free(out);
	ck_assert_int_eq(access(at("v/a/b"), F_OK), 0);
	ck_assert_int_eq(symlink("a", at("v/inside")), 0);
	ck_assert_int_eq(korch__path_below(&out, at("v"), "inside/b"), 0);
	ck_assert_str_eq(out, at("v/a/b"));
	korch__free(out);
	ck_assert_int_eq(symlink("/etc", at("v/out")), 0);
	ck_assert_int_eq(korch__path_below(&out, at("v"), "out/passwd"), KORCH_E_FORBIDDEN);
	ck_assert_int_eq(symlink("../..", at("v/up")), 0);
	ck_assert_int_eq(korch__path_below(&out, at("v"), "up"), KORCH_E_FORBIDDEN);
	ck_assert_int_eq(korch__path_below(&out, at("v"), "../v"), KORCH_E_FORBIDDEN);
}
END_TEST

#define POD(rest)                                                                                  \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":"          \
	"\"default\",\"labels\":"                                                                      \
	"{\"app\":\"web\"}},\"spec\":{\"nodeName\":\"n1\"," rest "}}"
#define CONFIG(value)                                                                              \
	"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\",\"namespace\":"    \
	"\"default\"},"                                                                                \
	"\"data\":{\"k\":\"" value "\",\"l\":\"m\"}}"

static char *pod_path(const char *path)
{
	static char full[512];
	const korch_pod *pod = cluster_pod(&c, "p");
	snprintf(full, sizeof(full), "%s/pods/%s/%s", folder, korch_object_uid(&pod->object), path);
	return full;
}

START_TEST(test_config_volume)
{
	c.state_folder = folder;
	cluster_open(&c);
	cluster_apply(
	    &c,
	    POD("\"containers\":[{\"name\":\"a\",\"image\":\"x:1\",\"volumeMounts\":[{\"name\":\"v\","
	        "\"mountPath\":\"/v\"},{\"name\":\"v\",\"mountPath\":\"/f\",\"subPath\":\"k\"}]}],"
	        "\"volumes\":[{\"name\":\"v\",\"configMap\":{\"name\":\"c\"}}]"));
	cluster_run(&c, 1);
	cluster_expect(&c, "");
	ck_assert(cluster_has_event(&c, "FailedMount"));
	cluster_apply(&c, CONFIG("one"));
	cluster_run(&c, 1);
	ck_assert_str_eq(cluster_pod(&c, "p")->status->phase, "Running");
	expect_file(pod_path("volumes/v/k"), "one");
	expect_file(pod_path("volumes/v/l"), "m");
	ck_assert_ptr_nonnull(strstr(c.mounts, "/volumes/v>/v;"));
	ck_assert_ptr_nonnull(strstr(c.mounts, "/k>/f;"));
	ck_assert_ptr_nonnull(
	    strstr(c.mounts, "/serviceaccount>/var/run/secrets/kubernetes.io/serviceaccount;"));
	expect_file(pod_path("serviceaccount/namespace"), "default");
	cluster_apply(&c, CONFIG("two"));
	cluster_run(&c, 1);
	expect_file(pod_path("volumes/v/k"), "two");
	char pods[512];
	snprintf(pods, sizeof(pods), "%s", pod_path(""));
	cluster_delete(&c, &korch_pod_kind, "default", "p", 1);
	cluster_run(&c, 5);
	ck_assert_int_lt(access(pods, F_OK), 0);
	cluster_close(&c);
}
END_TEST

START_TEST(test_other_volumes)
{
	c.state_folder = folder;
	cluster_open(&c);
	cluster_apply(&c, CONFIG("one"));
	cluster_apply(
	    &c,
	    POD("\"hostAliases\":[{\"ip\":\"10.0.0.9\",\"hostnames\":[\"nine\"]}],"
	        "\"automountServiceAccountToken\":false,\"containers\":[{\"name\":\"a\",\"image\":\"x:"
	        "1\","
	        "\"env\":[{\"name\":\"N\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.name\"}"
	        "}}],"
	        "\"volumeMounts\":[{\"name\":\"e\",\"mountPath\":\"/e\",\"subPathExpr\":\"x-$(N)\"},"
	        "{\"name\":\"p\",\"mountPath\":\"/"
	        "p\"}]}],\"volumes\":[{\"name\":\"e\",\"emptyDir\":{}},"
	        "{\"name\":\"p\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}},{\"name\":\"j\","
	        "\"projected\":{\"defaultMode\":256,\"sources\":[{\"configMap\":{\"name\":\"c\","
	        "\"items\":"
	        "[{\"key\":\"k\",\"path\":\"sub/"
	        "k\"}]}},{\"downwardAPI\":{\"items\":[{\"path\":\"labels\","
	        "\"fieldRef\":{\"fieldPath\":\"metadata.labels\"}}]}},{\"serviceAccountToken\":{"
	        "\"path\":"
	        "\"token\"}}]}}]"));
	cluster_apply(
	    &c,
	    "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"s\",\"namespace\":"
	    "\"default\"},\"spec\":{\"clusterIP\":\"127.9.0.1\",\"ports\":[{\"port\":1}]}}");
	cluster_run(&c, 1);
	ck_assert_str_eq(cluster_pod(&c, "p")->status->phase, "Running");
	ck_assert_ptr_nonnull(strstr(c.mounts, "/volumes/e/x-p>/e;"));
	ck_assert_ptr_nonnull(strstr(c.mounts, "/claims/default_data>/p;"));
	ck_assert_ptr_null(strstr(c.mounts, "serviceaccount"));
	expect_file(pod_path("volumes/j/sub/k"), "one");
	expect_file(pod_path("volumes/j/labels"), "app=\"web\"");
	expect_file(
	    pod_path("etc-hosts"),
	    "# Managed by korch.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
	    "127.128.0.1\tp\n\n# Entries added by HostAliases.\n10.0.0.9\tnine\n"
	    "127.9.0.1\ts.default.svc.cluster.local\ts.default.svc\ts.default\ts\n");
	cluster_delete(&c, &korch_pod_kind, "default", "p", 0);
	cluster_run(&c, 5);
	ck_assert_int_eq(access(at("claims/default_data"), F_OK), 0);
	cluster_close(&c);
}
END_TEST

START_TEST(test_unknown_volume)
{
	c.state_folder = folder;
	cluster_open(&c);
	cluster_apply(
	    &c, POD("\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}],\"volumes\":[{\"name\":\"n\","
	            "\"nfs\":{\"server\":\"s\",\"path\":\"/\"}}]"));
	cluster_run(&c, 1);
	cluster_expect(&c, "");
	ck_assert(cluster_has_event(&c, "FailedMount"));
	ck_assert_str_eq(cluster_pod(&c, "p")->status->phase, "Pending");
	cluster_close(&c);
}
END_TEST

/* hostPath: type, what is there, whether it is fine. */
static const struct {
	const char *path;
	const char *type;
	int good;
} host_paths[] = {
    {"dir", "Directory", 1},
    {"dir", "File", 0},
    {"file", "File", 1},
    {"none", "Directory", 0},
    {"none", "File", 0},
    {"none", "DirectoryOrCreate", 1},
    {"none", "FileOrCreate", 1},
    {"file", "Socket", 0},
    {"file", "", 1},
    {"none/x/y", "DirectoryOrCreate", 1},
    {"file", "Directory", 0},
};

START_TEST(test_host_path)
{
	char text[1024];
	mkdir(at("dir"), 0755);
	korch__file_rewrite(at("file"), "", 0);
	c.state_folder = folder;
	cluster_open(&c);
	snprintf(text, sizeof(text),
	         POD("\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}],\"volumes\":[{\"name\":\"h\","
	             "\"hostPath\":{\"path\":\"%s\",\"type\":\"%s\"}}]"),
	         at(host_paths[_i].path), host_paths[_i].type);
	cluster_apply(&c, text);
	cluster_run(&c, 1);
	ck_assert_str_eq(cluster_pod(&c, "p")->status->phase,
	                 host_paths[_i].good ? "Running" : "Pending");
	cluster_close(&c);
}
END_TEST

START_TEST(test_addresses)
{
	korch__addresses set;
	uint32_t a, b;
	char text[KORCH__ADDRESS_TEXT];
	korch__addresses_init(&set, 0x7f010000, 30);
	ck_assert_int_eq(korch__addresses_take(&set, &a, 0), 0);
	ck_assert_int_eq(korch__addresses_take(&set, &b, 0), 0);
	ck_assert_uint_ne(a, b);
	ck_assert_int_eq(korch__addresses_take(&set, &b, 0), KORCH_E_LIMIT);
	korch__addresses_give(&set, a);
	ck_assert_int_eq(korch__addresses_take(&set, &b, 0), 0);
	ck_assert_uint_eq(a, b);
	korch__addresses_fini(&set);
	/* A wish is met when it is free, and in the block. */
	korch__addresses_init(&set, 0x7f010000, 29);
	ck_assert_int_eq(korch__addresses_take(&set, &a, 0x7f010004), 0);
	ck_assert_uint_eq(a, 0x7f010004);
	ck_assert_int_eq(korch__addresses_take(&set, &b, 0x7f010004), 0);
	ck_assert_uint_eq(b, 0x7f010001);
	ck_assert_int_eq(korch__addresses_take(&set, &b, 0x7f010010), 0);
	ck_assert_uint_eq(b, 0x7f010002);
	korch__address_text(text, 0x7f010001);
	ck_assert_str_eq(text, "127.1.0.1");
	ck_assert_uint_eq(korch__address_parse(text), 0x7f010001);
	ck_assert_uint_eq(korch__address_parse("x"), 0);
	korch__addresses_fini(&set);
}
END_TEST

KORCH_SUITE(volume)
{
	Suite *suite = suite_create("volume");
	TCase *tables = tcase_create("tables");
	tcase_add_checked_fixture(tables, setup, teardown);
	tcase_add_loop_test(tables, test_safe, 0, (int)(sizeof(paths) / sizeof(paths[0])));
	tcase_add_loop_test(tables, test_host_path, 0,
	                    (int)(sizeof(host_paths) / sizeof(host_paths[0])));
	suite_add_tcase(suite, tables);
	TCase *files = tcase_create("files");
	tcase_add_checked_fixture(files, setup, teardown);
	tcase_add_test(files, test_publish);
	tcase_add_test(files, test_remove_follows_no_links);
	tcase_add_test(files, test_remove_deep);
	tcase_add_test(files, test_below);
	tcase_add_test(files, test_config_volume);
	tcase_add_test(files, test_other_volumes);
	tcase_add_test(files, test_unknown_volume);
	tcase_add_test(files, test_addresses);
	suite_add_tcase(suite, files);
	return suite;
}
