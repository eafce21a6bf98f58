/* Pages for keys by mmap(2), mlock(2), madvise(2). */
#include "seal/vault.h"
#include "base/alloc.h"
#include <errno.h>
#include <korch/error.h>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void (*korch__vault_watch)(const uint8_t *data, size_t size);

int korch__vault_init(korch__vault *vault, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t mapped = (size / page + 1) * page;
	/* The one door of allocation decides, too, so that tests can let this fail. */
	void *token = korch__alloc(1);
	if (!token)
		return KORCH_E_NOMEM;
	korch__free(token);
	void *data = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		return KORCH_E_NOMEM;
	*vault = (korch__vault){.data = data, .size = size, .mapped = mapped};
	/* The system call itself: sanitizers replace mlock() by one that does nothing and says it did.
	 */
	vault->is_locked = syscall(SYS_mlock, data, mapped) == 0;
	vault->lock_error = vault->is_locked ? 0 : errno;
	/* A second fence only. Not MADV_WIPEONFORK: a child that goes on would seal under zeros. */
	(void)madvise(data, mapped, MADV_DONTDUMP);
	return 0;
}

void korch__vault_fini(korch__vault *vault)
{
	if (!vault->data)
		return;
	OPENSSL_cleanse(vault->data, vault->mapped);
	if (korch__vault_watch)
		korch__vault_watch(vault->data, vault->mapped);
	munmap(vault->data, vault->mapped);
	*vault = (korch__vault){0};
}
