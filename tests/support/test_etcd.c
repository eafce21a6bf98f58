/* The launcher itself: it serves, keeps its port and its data over a kill, leaves nothing behind.
 */
#include "etcd.h"
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int is_listening(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	                              .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int r = connect(fd, (struct sockaddr *)&address, sizeof(address));
	close(fd);
	return r == 0;
}

START_TEST(life)
{
	etcd_server server;
	char folder[256];
	etcd_start(&server, NULL);
	int port = server.port;
	ck_assert_int_eq(is_listening(port), 1);
	etcd_kill(&server);
	ck_assert_int_eq(is_listening(port), 0);
	etcd_restart(&server);
	ck_assert_int_eq(server.port, port);
	ck_assert_int_eq(is_listening(port), 1);
	memcpy(folder, server.folder, sizeof(folder));
	ck_assert_int_eq(access(folder, F_OK), 0);
	etcd_stop(&server);
	ck_assert_int_ne(access(folder, F_OK), 0);
	ck_assert_int_eq(is_listening(port), 0);
	etcd_stop(&server);
}
END_TEST

START_TEST(three_members)
{
	etcd_server servers[3];
	etcd_start_cluster(servers, 3, NULL);
	etcd_kill(&servers[1]);
	etcd_restart(&servers[1]);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(is_listening(servers[i].port), 1);
	for (int i = 0; i < 3; i++)
		etcd_stop(&servers[i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("etcd launcher");
	TCase *tcase = tcase_create("life");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, life);
	tcase_add_test(tcase, three_members);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
