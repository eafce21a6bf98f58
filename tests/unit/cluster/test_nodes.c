/* Nodes of options, taints in words, blocks of addresses, folders. */
#include "cluster/cluster.h"
#include "cluster/folder.h"
#include "cluster/nodes.h"
#include "fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct taint_row {
	const char *text;
	int code;
	size_t n;
	const char *key;   /* of the last one */
	const char *value; /* NULL: none */
	const char *effect;
} taint_rows[] = {
    {"", 0, 0, NULL, NULL, NULL},
    {"gpu=true:NoSchedule", 0, 1, "gpu", "true", "NoSchedule"},
    {"gpu:NoExecute", 0, 1, "gpu", NULL, "NoExecute"},
    {"a=b:NoSchedule,example.org/c=d:PreferNoSchedule", 0, 2, "example.org/c", "d",
     "PreferNoSchedule"},
    {"gpu=:NoSchedule", 0, 1, "gpu", "", "NoSchedule"},
    {"gpu=true", KORCH_E_INVALID, 0, NULL, NULL, NULL},
    {"gpu=true:Never", KORCH_E_INVALID, 0, NULL, NULL, NULL},
    {"=true:NoSchedule", KORCH_E_INVALID, 0, NULL, NULL, NULL},
    {"a:NoSchedule,b", KORCH_E_INVALID, 0, NULL, NULL, NULL},
};

START_TEST(test_taints)
{
	const struct taint_row *row = &taint_rows[_i];
	korch_taint *taints = NULL;
	size_t n = 0;
	ck_assert_int_eq(korch__taints_parse(&taints, &n, row->text, NULL), row->code);
	ck_assert_uint_eq(n, row->n);
	if (n) {
		ck_assert_str_eq(taints[n - 1].key, row->key);
		ck_assert_str_eq(taints[n - 1].effect, row->effect);
		ck_assert_pstr_eq(taints[n - 1].value, row->value);
	}
	korch_block_unref(taints);
}
END_TEST

START_TEST(test_many_taints)
{
	char text[65 * 16 + 1] = "";
	korch_taint *taints = NULL;
	size_t n = 0;
	for (int i = 0; i < 65; i++)
		strcat(text, i ? ",a:NoSchedule" : "a:NoSchedule");
	ck_assert_int_eq(korch__taints_parse(&taints, &n, text, NULL), KORCH_E_LIMIT);
}
END_TEST

START_TEST(test_node_options)
{
	korch_agent_node *nodes = NULL;
	size_t n = 0;
	korch_cluster_options options = {.size = sizeof(options)};
	ck_assert_int_eq(korch__cluster_nodes(&nodes, &n, &options, "", NULL), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_gt(strlen(nodes[0].name), 0);
	korch__cluster_nodes_free(nodes, n);
	ck_assert_int_eq(korch__cluster_nodes(&nodes, &n, &options, "known", NULL), 0);
	ck_assert_str_eq(nodes[0].name, "known");
	korch__cluster_nodes_free(nodes, n);
	const korch_cluster_node list[] = {{.name = "a", .taints = "k=v:NoSchedule"},
	                                   {.name = "b", .capacity = {.cpu_milli = 7}}};
	options.nodes = list;
	options.n_nodes = 2;
	ck_assert_int_eq(korch__cluster_nodes(&nodes, &n, &options, "", NULL), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(nodes[0].n_taints, 1);
	ck_assert_int_eq(nodes[1].capacity.cpu_milli, 7);
	korch__cluster_nodes_free(nodes, n);
	const korch_cluster_node bad[] = {{.name = "a"}, {.name = "b", .taints = "nonsense"}};
	options.nodes = bad;
	ck_assert_int_eq(korch__cluster_nodes(&nodes, &n, &options, "", NULL), KORCH_E_INVALID);
	const korch_cluster_node unnamed[] = {{.name = ""}};
	options.nodes = unnamed;
	options.n_nodes = 1;
	ck_assert_int_eq(korch__cluster_nodes(&nodes, &n, &options, "", NULL), KORCH_E_INVALID);
	options.n_nodes = 1000001;
	ck_assert_int_eq(korch__cluster_nodes(&nodes, &n, &options, "", NULL), KORCH_E_LIMIT);
	korch__cluster_nodes_free(NULL, 0);
}
END_TEST

START_TEST(test_blocks)
{
	int locks[3];
	int blocks[3] = {0};
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(korch__address_block_claim(&locks[i], &blocks[i], NULL, NULL), 0);
		ck_assert_int_ge(blocks[i], 64);
		ck_assert_int_le(blocks[i], 254);
	}
	ck_assert_int_ne(blocks[0], blocks[1]);
	ck_assert_int_ne(blocks[1], blocks[2]);
	ck_assert_int_ne(blocks[0], blocks[2]);
	for (int i = 0; i < 3; i++)
		close(locks[i]);
}
END_TEST

/* A block that is kept for a folder is nobody else's as long as the folder is there. */
START_TEST(test_kept_block)
{
	char folder[] = "/tmp/korch-nodes-XXXXXX";
	char other[] = "/tmp/korch-nodes-XXXXXX";
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_ptr_nonnull(mkdtemp(other));
	int lock = -1;
	int block = 0;
	ck_assert_int_eq(korch__address_block_claim(&lock, &block, folder, NULL), 0);
	int mine = block;
	korch_error *err = NULL;
	int second = -1;
	ck_assert_int_eq(korch__address_block_claim(&second, &block, folder, &err), KORCH_E_BUSY);
	ck_assert_ptr_nonnull(strstr(korch_error_message(err), folder));
	korch_error_free(err);
	close(lock);
	/* Not held, and still kept: for others it is taken, for its owner it is not. */
	err = NULL;
	ck_assert_int_eq(korch__address_block_claim(&lock, &block, other, &err), KORCH_E_BUSY);
	ck_assert_ptr_nonnull(strstr(korch_error_message(err), folder));
	korch_error_free(err);
	ck_assert_int_eq(korch__address_block_claim(&lock, &block, folder, NULL), 0);
	ck_assert_int_eq(block, mine);
	close(lock);
	ck_assert_int_eq(rmdir(folder), 0);
	ck_assert_int_eq(korch__address_block_claim(&lock, &block, other, NULL), 0);
	close(lock);
	ck_assert_int_eq(rmdir(other), 0);
}
END_TEST

START_TEST(test_identity)
{
	char folder[] = "/tmp/korch-nodes-XXXXXX";
	char path[64];
	ck_assert_ptr_nonnull(mkdtemp(folder));
	korch__identity is = {.block = 7};
	ck_assert_int_eq(korch__identity_load(&is, folder, NULL), 0);
	ck_assert_int_eq(is.block, 0);
	ck_assert_str_eq(is.node, "");
	const korch__identity want = {.block = 99, .node = "a-host.example", .seed = UINT64_MAX};
	ck_assert_int_eq(korch__identity_save(&want, folder, NULL), 0);
	ck_assert_int_eq(korch__identity_load(&is, folder, NULL), 0);
	ck_assert_int_eq(is.block, 99);
	ck_assert_str_eq(is.node, want.node);
	ck_assert_uint_eq(is.seed, want.seed);
	snprintf(path, sizeof(path), "%s/identity", folder);
	static const char *const DAMAGED[] = {"x", "block 300 node a seed 1", "block -1 node a seed 1",
	                                      "block 64 node a"};
	for (size_t i = 0; i < sizeof(DAMAGED) / sizeof(DAMAGED[0]); i++) {
		korch_error *err = NULL;
		FILE *file = fopen(path, "w");
		fputs(DAMAGED[i], file);
		fclose(file);
		ck_assert_int_eq(korch__identity_load(&is, folder, &err), KORCH_E_INVALID);
		ck_assert_ptr_nonnull(strstr(korch_error_message(err), path));
		korch_error_free(err);
	}
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(test_folder)
{
	char *path = NULL;
	struct stat info;
	ck_assert_int_eq(korch__state_folder_make(&path, NULL, NULL), 0);
	ck_assert_int_eq(stat(path, &info), 0);
	ck_assert_int_eq(info.st_mode & 0777, 0700);
	char command[300];
	snprintf(command, sizeof(command), "%s/sub/deeper", path);
	char *wish = NULL;
	ck_assert_int_eq(korch__state_folder_make(&wish, command, NULL), 0);
	ck_assert_str_eq(wish, command);
	ck_assert_int_eq(stat(wish, &info), 0);
	free(wish);
	snprintf(command, sizeof(command), "rm -r '%s'", path);
	ck_assert_int_eq(system(command), 0);
	free(path);
	ck_assert_int_eq(korch__state_folder_make(&path, "relative", NULL), KORCH_E_INVALID);
}
END_TEST

KORCH_SUITE(nodes)
{
	Suite *suite = suite_create("nodes");
	TCase *taints = tcase_create("taints");
	tcase_add_loop_test(taints, test_taints, 0, sizeof(taint_rows) / sizeof(taint_rows[0]));
	suite_add_tcase(suite, taints);
	KORCH_CASE(suite, "nodes", test_many_taints, test_node_options, test_blocks, test_kept_block,
	           test_identity, test_folder);
	return suite;
}
