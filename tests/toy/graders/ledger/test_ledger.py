"""What the ledger must do."""


def test_a_signup_is_stored(lab):
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    lab.db.expect_row("member", {"clerk_id": signup.user_id}, email=signup.email)


def test_many_at_once_leave_one_row(lab):
    signup = lab.clerk.user_created()
    for answer in lab.deliver.together([signup, signup.again(), signup, signup.again()]):
        answer.expect("2xx")
    lab.db.expect("member", 1)


def test_cron_greets_once(lab):
    signup = lab.clerk.user_created()
    lab.deliver(signup).expect("2xx")
    lab.cron()
    lab.cron()
    lab.inbox.expect(1, to=signup.email)
