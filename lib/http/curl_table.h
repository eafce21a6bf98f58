/*
 * libcurl's functions, loaded when the first request is made: libcurl brings more than thirty
 * libraries along, which cost 6 MB of resident memory in every program, also in those that never
 * ask anything by HTTP.
 */
#ifndef KORCH_HTTP_CURL_TABLE_H
#define KORCH_HTTP_CURL_TABLE_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#define KORCH__CURL_FUNCTIONS(X)                                                                   \
	X(global_init)                                                                                 \
	X(multi_init)                                                                                  \
	X(multi_setopt)                                                                                \
	X(multi_socket_action)                                                                         \
	X(multi_assign)                                                                                \
	X(multi_cleanup)                                                                               \
	X(multi_add_handle)                                                                            \
	X(multi_remove_handle)                                                                         \
	X(multi_info_read)                                                                             \
	X(easy_init)                                                                                   \
	X(easy_setopt)                                                                                 \
	X(easy_getinfo)                                                                                \
	X(easy_pause)                                                                                  \
	X(easy_cleanup)                                                                                \
	X(easy_strerror)                                                                               \
	X(slist_append)                                                                                \
	X(slist_free_all)                                                                              \
	X(url)                                                                                         \
	X(url_set)                                                                                     \
	X(url_get)                                                                                     \
	X(url_cleanup)                                                                                 \
	X(free)

typedef struct korch__curl_table {
#define KORCH__CURL_MEMBER(name) __typeof__(curl_##name) *name;
	KORCH__CURL_FUNCTIONS(KORCH__CURL_MEMBER)
#undef KORCH__CURL_MEMBER
} korch__curl_table;

/* The functions, or NULL when libcurl is not on this machine. Any thread. */
const korch__curl_table *korch__curl(void);

#endif
