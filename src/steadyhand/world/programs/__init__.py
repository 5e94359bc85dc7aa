"""Programs of this machine: started, held by the kernel, fed, listened to, ended."""
